"""Studio sketch: the embedded provider, which draws real pictures without any network."""

from apps.generations.providers.sketch.provider import SketchProvider

__all__ = ["SketchProvider"]
