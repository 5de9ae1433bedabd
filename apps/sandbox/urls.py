"""The sandbox's own addresses: its pages, and the APIs of its stand-ins."""

from django.urls import include, path

from apps.sandbox import checkout_views, mail_views, views
from apps.sandbox.mail import api as mail_api

app_name = "sandbox"

urlpatterns = [
    path("", views.controls, name="controls"),
    path("pace/", views.set_pace, name="pace"),
    path("faults/", views.set_faults, name="faults"),
    path("orders/<str:order_id>/", views.order, name="order"),
    path("orders/<str:order_id>/advance/", views.advance_order, name="advance-order"),
    path("orders/<str:order_id>/status/", views.put_order, name="put-order"),
    path("payments/<str:session_id>/", views.payment, name="payment"),
    path("payments/<str:session_id>/refund/", views.refund, name="refund"),
    path("payments/<str:session_id>/dispute/", views.dispute, name="dispute"),
    path("disputes/<str:dispute_id>/close/", views.close_dispute, name="close-dispute"),
    path("subscriptions/<str:subscription_id>/renew/", views.renew, name="renew"),
    path("subscriptions/<str:subscription_id>/end/", views.end_subscription, name="end-subscription"),
    path("catalogue/raise/", views.raise_prices, name="raise-prices"),
    path("catalogue/delete/", views.delete_product, name="delete-product"),
    path("catalogue/restore/", views.restore_products, name="restore-products"),
    path("shop/disconnect/", views.disconnect, name="disconnect"),
    path("webhooks/unblock/", views.unblock, name="unblock"),
    path("webhooks/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path("webhooks/<uuid:delivery_id>/again/", views.send_again, name="send-again"),
    path("checkout/<str:session_id>/", checkout_views.checkout, name="checkout"),
    path("mail/", mail_views.mailbox, name="mailbox"),
    path("mail/<uuid:mail_id>/", mail_views.mail, name="mail"),
    path("mail/<uuid:mail_id>/html/", mail_views.mail_html, name="mail-html"),
    path("stripe/v1/", include("apps.sandbox.stripe.urls")),
    path("printify/", include("apps.sandbox.printify.urls")),
    path("postmark/email", mail_api.send, name="postmark-send"),
    path("postmark/email/batch", mail_api.send_batch, name="postmark-send-batch"),
]
