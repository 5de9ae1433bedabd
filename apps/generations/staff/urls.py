"""The staff's addresses about generations and people, within the namespace of the staff's area."""

from django.urls import path

from apps.generations.staff import export_views, insight_views, people_views, views

urlpatterns = [
    path("generations/", views.generations, name="generations"),
    path("generations/export.csv", export_views.export_csv, name="generations-csv"),
    path("generations/export.json", export_views.export_json, name="generations-json"),
    path("generations/<uuid:job_id>/", views.generation, name="generation"),
    path("generations/<uuid:job_id>/images/<int:position>/", views.image, name="generation-image"),
    path("generations/<uuid:job_id>/images/<int:position>/thumbnail/", views.thumbnail, name="generation-thumbnail"),
    path("insights/", insight_views.insights, name="insights"),
    path("users/", people_views.users, name="people"),
    path("users/<uuid:public_id>/generations/", people_views.user, name="person"),
    path("users/<uuid:public_id>/adjust/", people_views.adjust, name="adjust-credits"),
    path("users/<uuid:public_id>/reset/", people_views.reset, name="reset-period"),
]
