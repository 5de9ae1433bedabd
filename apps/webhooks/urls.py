from django.urls import path

from apps.webhooks import views

app_name = "webhooks"

urlpatterns = [
    path("stripe/", views.stripe, name="stripe"),
    path("printify/", views.printify, name="printify"),
    path("email/<slug:esp>/", views.mail, name="email"),
]
