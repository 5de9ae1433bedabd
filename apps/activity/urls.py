from django.urls import path, register_converter

from apps.activity import export_views, statement_views, views
from apps.activity.items import SourceType

app_name = "activity"


class SourceTypeConverter:
    """The two sources; any other word is no address of ours."""

    regex = "|".join(SourceType)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SourceTypeConverter, "source_type")

urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("export.csv", export_views.export_csv, name="export-csv"),
    path("export.json", export_views.export_json, name="export-json"),
    path("statement/", statement_views.statement, name="statement"),
    path("new/", views.new, name="new"),
    path("new/rows/", views.new_rows, name="new-rows"),
    path("<source_type:source_type>/<uuid:source_id>/", views.item, name="item"),
    path("<source_type:source_type>/<uuid:source_id>/row/", views.row, name="row"),
]
