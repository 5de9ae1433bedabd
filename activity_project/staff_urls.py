"""The staff's own area: the pages of all apps for those who work here."""

from django.urls import include, path

from apps.activity import staff_views as activity
from apps.common import staff_views as common
from apps.credentials import staff_views as credentials

app_name = "staff"

urlpatterns = [
    path("", common.home, name="home"),
    path("", include("apps.generations.staff.urls")),
    path("", include("apps.orders.staff.urls")),
    path("adoption/", activity.adoption, name="adoption"),
    path("credentials/", credentials.credentials, name="credentials"),
    path("credentials/<str:handle>/<str:activity_id>/", credentials.credential_activity, name="credential-activity"),
]
