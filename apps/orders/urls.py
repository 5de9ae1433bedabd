from django.urls import path

from apps.orders import cart_views, checkout_views, customer_views, recovery_views, shop_views

app_name = "shop"

urlpatterns = [
    path("shop/", shop_views.shop, name="list"),
    path("shop/<uuid:product_id>/", shop_views.product, name="product"),
    path("shop/pictures/<int:picture_id>/", shop_views.picture, name="picture"),
    path("cart/", cart_views.cart, name="cart"),
    path("cart/lines/<uuid:line_id>/", cart_views.change, name="change-line"),
    path("cart/lines/<uuid:line_id>/remove/", cart_views.remove, name="remove-line"),
    path("cart/undo/", cart_views.undo, name="undo-removal"),
    path("cart/checkout/", checkout_views.checkout, name="checkout"),
    path("cart/back/<str:token>/", recovery_views.return_to_cart, name="return-to-cart"),
    path("cart/no-reminders/<str:token>/", recovery_views.no_reminders, name="no-reminders"),
    path("orders/", customer_views.orders, name="orders"),
    path("orders/<uuid:order_id>/", customer_views.order, name="order"),
    path("orders/guest/<str:token>/", customer_views.guest_order, name="guest-order"),
]
