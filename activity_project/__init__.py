"""The project around the apps. `manage.py` imports it on bare Pythons: nothing in this file may need Django."""
