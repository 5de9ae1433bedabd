"""The map of the site: one include an app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from activity_project.api import api, network_api
from activity_project.monitoring.views import metrics, readyz
from activity_project.trpc import call
from apps.common import views
from apps.credentials.api.frame import no_route

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("api/", network_api.urls),
    re_path(r"^api/", no_route, name="no-route"),
    re_path(r"^trpc/(?P<names>[^/]*)$", call, name="trpc"),
    path("account/", include("apps.accounts.urls")),
    path("activity/", include("apps.activity.urls")),
    path("admin/records/", admin.site.urls),
    path("admin/", include("activity_project.staff_urls")),
    path("credits/", include("apps.credits.urls")),
    path("", include("apps.credentials.urls")),
    path("webhooks/", include("apps.webhooks.urls")),
    path("", include("apps.generations.urls")),
    path("", include("apps.orders.urls")),
]

if settings.SANDBOX:
    urlpatterns.append(path("sandbox/", include("apps.sandbox.urls")))
