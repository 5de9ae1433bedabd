from django.urls import path

from apps.credits import buying_views, views

app_name = "credits"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("plan/", views.plan, name="plan"),
    path("plan/<slug:slug>/subscribe/", buying_views.subscribe, name="subscribe"),
    path("packs/<slug:slug>/buy/", buying_views.buy_pack, name="buy-pack"),
    path("bought/", buying_views.bought, name="bought"),
    path("subscribed/", buying_views.subscribed, name="subscribed"),
]
