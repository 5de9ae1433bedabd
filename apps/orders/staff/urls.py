"""The staff's addresses about orders and the log, within the namespace of the staff's area."""

from django.urls import path

from apps.orders.staff import act_views, export_views, feed_views, order_views, resolving_views

urlpatterns = [
    path("activity/", feed_views.activity, name="feed"),
    path("activity/badge/", feed_views.badge, name="feed-badge"),
    path("activity/new/", feed_views.news, name="feed-news"),
    path("activity/export.csv", export_views.export_csv, name="feed-csv"),
    path("activity/export.json", export_views.export_json, name="feed-json"),
    path("activity/resolve/", resolving_views.resolve, name="resolve"),
    path("activity/undo/<uuid:act_id>/", resolving_views.undo, name="undo-resolving"),
    path("orders/", order_views.orders, name="orders"),
    path("orders/<uuid:order_id>/", order_views.order, name="order"),
    path("orders/<uuid:order_id>/comment/", order_views.comment, name="comment-order"),
    path("orders/<uuid:order_id>/act/<slug:name>/", act_views.act, name="act-on-order"),
    path("orders/<uuid:order_id>/cancel/", act_views.cancel, name="cancel-order"),
    path("orders/<uuid:order_id>/refund/", act_views.refund, name="refund-order"),
    path("orders/<uuid:order_id>/resolve/", resolving_views.resolve_order, name="resolve-order"),
]
