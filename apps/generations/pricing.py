"""What a generation costs, in credits."""

from apps.generations.models import Quality

CREDITS_PER_IMAGE = {Quality.STANDARD: 1, Quality.HQ: 2}
MAX_IMAGES = 8


def cost(quality: str, image_count: int) -> int:
    """Credits for so many images. Raises ValueError for an unknown quality."""
    return CREDITS_PER_IMAGE[Quality(quality)] * image_count
