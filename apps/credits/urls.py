from django.urls import path

from apps.credits import views

app_name = "credits"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("plan/", views.plan, name="plan"),
]
