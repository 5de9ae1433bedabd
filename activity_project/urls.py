"""The map of the site: one include an app."""

from django.urls import include, path

from apps.common import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("account/", include("apps.accounts.urls")),
    path("activity/", include("apps.activity.urls")),
    path("admin/", include("activity_project.staff_urls")),
    path("credits/", include("apps.credits.urls")),
    path("", include("apps.generations.urls")),
]
