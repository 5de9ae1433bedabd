from django.urls import path

from apps.generations import views

app_name = "generations"

urlpatterns = [
    path("generate/", views.generate, name="generate"),
    path("characters/", views.characters, name="characters"),
    path("characters/<uuid:character_id>/", views.character, name="character"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/<uuid:job_id>/", views.result, name="result"),
    path("gallery/<uuid:job_id>/status/", views.status, name="status"),
    path("gallery/<uuid:job_id>/retry/", views.retry, name="retry"),
    path("gallery/<uuid:job_id>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("gallery/<uuid:job_id>/images/<int:position>/", views.image, name="image"),
    path("gallery/<uuid:job_id>/images/<int:position>/thumbnail/", views.thumbnail, name="image-thumbnail"),
    path("gallery/<uuid:job_id>/images/<int:position>/download/", views.download, name="download"),
]
