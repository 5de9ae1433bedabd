"""The JSON API, version 1: the apps' routes under one address."""

from django.utils.translation import gettext

from apps.activity import api as activity_api
from apps.common.api import JsonApi
from apps.common.api_docs import DocsPage
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
