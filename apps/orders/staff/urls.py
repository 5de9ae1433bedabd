"""The staff's addresses about orders and the log, within the namespace of the staff's area."""

from django.urls import path

from apps.orders.staff import order_views

urlpatterns = [
    path("orders/", order_views.orders, name="orders"),
    path("orders/<uuid:order_id>/", order_views.order, name="order"),
    path("orders/<uuid:order_id>/comment/", order_views.comment, name="comment-order"),
]
