"""The JSON API, version 1, and beside it the credential network's own: the apps' routes under two addresses."""

from django.utils.translation import gettext

from apps.activity import api as activity_api
from apps.common.api import JsonApi
from apps.common.api_docs import DocsPage
from apps.credentials.api import activity, boosts, sending
from apps.credentials.api.frame import NetworkApi
from apps.credits import api as credits_api
from apps.generations import api as generations_api

api = JsonApi(
    title="Activity",
    version="1",
    description=gettext("What was generated, and where each credit went."),
    urls_namespace="api",
    docs=DocsPage(),
)
for routes in (activity_api, generations_api, credits_api):
    api.add_router("", routes.router)

network_api = NetworkApi(
    title="Credential network",
    version="1",
    description=gettext(
        "Issues credentials, and tells what became of each. Statistics count each activity once, under its latest"
        " event: total = created + delivered + claimed + expired + failed;"
        " claimRate = 100 · claimed / (created + delivered + claimed), two decimals, 0 when empty."
    ),
    urls_namespace="network",
    docs=DocsPage(),
)
network_api.add_router("/activity/credentials", activity.router)
network_api.add_router("/credentials/boosts", boosts.router)
network_api.add_router("/credentials", sending.router)
