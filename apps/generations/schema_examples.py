"""What is asked for and what is told of a generation, as the API's description shows it."""

from typing import Any

_ID = "01935c20-1b2c-7d3e-8f4a-5b6c7d8e9f01"
_CHARACTER = "01935c1e-8f0a-7cc4-9d0e-3a4b5c6d7e8f"
_HERE = "https://activity.example"
_ASKED: dict[str, Any] = {
    "prompt": "Golden hour at the beach, soft light on the waves",
    "quality": "hq",
    "aspectRatio": "9:16",
    "imageCount": 1,
}

REQUEST: dict[str, Any] = _ASKED | {"character": _CHARACTER}
GENERATION: dict[str, Any] = {
    "id": _ID,
    "status": "completed",
    **_ASKED,
    "promptId": None,
    "seed": 1234567,
    "character": {"id": _CHARACTER, "name": "Luna"},
    "creditsUsed": 2,
    "creditsRefunded": 0,
    "createdAt": "2026-11-21T14:12:08.000123Z",
    "startedAt": "2026-11-21T14:12:08.104202Z",
    "completedAt": "2026-11-21T14:12:19.730018Z",
    "error": "",
    "errorCode": "",
    "metadata": {"provider": "sketch", "model": "studio-sketch-1", "processingTimeMs": 11_580},
    "retriedFrom": None,
    "retriedAs": None,
    "prunedAt": None,
    "images": [
        {
            "position": 1,
            "width": 1080,
            "height": 1920,
            "mediaType": "image/png",
            "url": f"{_HERE}/api/v1/generations/{_ID}/images/1",
            "thumbnailUrl": f"{_HERE}/api/v1/generations/{_ID}/images/1/thumbnail",
        }
    ],
    "links": {
        "self": f"{_HERE}/api/v1/generations/{_ID}",
        "page": f"{_HERE}/gallery/{_ID}/",
        "activity": f"{_HERE}/activity/generation_job/{_ID}/",
    },
}
