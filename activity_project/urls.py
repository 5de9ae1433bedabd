"""The map of the site: one include an app."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
