"""The product's addresses, and beside them the pages that its own is compared with."""

from django.urls import path

from activity_project import urls
from activity_project.benchmarks.timeline import pages

urlpatterns = [
    *urls.urlpatterns,
    path("benchmark/hello/", pages.hello, name="benchmark-hello"),
    path("benchmark/by-hand/", pages.by_hand, name="benchmark-by-hand"),
    path("benchmark/ordinary/", pages.ordinary, name="benchmark-ordinary"),
]
