from django.urls import path

from apps.generations import character_views, gallery_views, generate_views, image_views

app_name = "generations"

urlpatterns = [
    path("generate/", generate_views.generate, name="generate"),
    path("characters/", character_views.characters, name="characters"),
    path("characters/<uuid:character_id>/", character_views.character, name="character"),
    path("characters/<uuid:character_id>/archive/", character_views.archive, name="archive-character"),
    path("characters/<uuid:character_id>/restore/", character_views.restore, name="restore-character"),
    path("gallery/", gallery_views.gallery, name="gallery"),
    path("gallery/<uuid:job_id>/", gallery_views.result, name="result"),
    path("gallery/<uuid:job_id>/status/", gallery_views.status, name="status"),
    path("gallery/<uuid:job_id>/tile/", gallery_views.tile, name="tile"),
    path("gallery/<uuid:job_id>/retry/", gallery_views.retry, name="retry"),
    path("gallery/<uuid:job_id>/thumbnail/", image_views.thumbnail, name="thumbnail"),
    path("gallery/<uuid:job_id>/images/<int:position>/", image_views.image, name="image"),
    path("gallery/<uuid:job_id>/images/<int:position>/thumbnail/", image_views.thumbnail, name="image-thumbnail"),
    path("gallery/<uuid:job_id>/images/<int:position>/download/", image_views.download, name="download"),
]
