"""The part of the print provider's API that a shop calls, by its addresses."""

from django.urls import path

from apps.sandbox.printify import api, pictures, uploads
from apps.sandbox.printify.api import endpoint

_SHOP = "v1/shops/<int:shop_id>"

urlpatterns = [
    path("v1/shops.json", api.list_shops, name="printify-shops"),
    path(f"{_SHOP}/products.json", endpoint(GET=api.list_products), name="printify-products"),
    path(f"{_SHOP}/products/<str:id>.json", endpoint(GET=api.get_product), name="printify-product"),
    path("v1/uploads/images.json", endpoint(POST=api.upload_image), name="printify-uploads"),
    path("v1/uploads/<str:id>.json", endpoint(GET=api.get_image), name="printify-image"),
    path(f"{_SHOP}/orders.json", endpoint(GET=api.list_orders, POST=api.create_order), name="printify-orders"),
    path(f"{_SHOP}/orders/<str:id>.json", endpoint(GET=api.get_order), name="printify-order"),
    path(
        f"{_SHOP}/orders/<str:id>/send_to_production.json",
        endpoint(POST=api.send_to_production),
        name="printify-send",
    ),
    path(f"{_SHOP}/orders/<str:id>/cancel.json", endpoint(POST=api.cancel_order), name="printify-cancel"),
    path(f"{_SHOP}/webhooks.json", endpoint(GET=api.list_webhooks, POST=api.create_webhook), name="printify-webhooks"),
    path(
        f"{_SHOP}/webhooks/<str:id>.json",
        endpoint(PUT=api.change_webhook, DELETE=api.remove_webhook),
        name="printify-webhook",
    ),
    path("uploads/<str:id>.image", uploads.picture, name="printify-upload"),
    path("pictures/<slug:name>.png", pictures.picture, name="printify-picture"),
]
