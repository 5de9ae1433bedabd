"""The studio's paint box: each palette has the same roles, and the words that call for it."""

from dataclasses import dataclass

from apps.generations.providers.sketch.colour import Colour, from_hex
from apps.generations.providers.sketch.words import vocabulary


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for.

    `sky` runs from the zenith to the horizon; `far` and `near` are the ends of the depth of a
    landscape; `light` is sun or moon; `paper` and `ink` are the lightest and darkest tone.
    """

    name: str
    sky: tuple[Colour, Colour, Colour]
    light: Colour
    far: Colour
    near: Colour
    accent: Colour
    second: Colour
    paper: Colour
    ink: Colour
    is_night: bool
    words: frozenset[str]


def _palette(name: str, colours: str, words: str, *, is_night: bool = False) -> Palette:
    top, middle, low, light, far, near, accent, second, paper, ink = map(from_hex, colours.split())
    return Palette(
        name=name,
        sky=(top, middle, low),
        light=light,
        far=far,
        near=near,
        accent=accent,
        second=second,
        paper=paper,
        ink=ink,
        is_night=is_night,
        words=vocabulary(words),
    )


# Columns: three of sky, light, far, near, accent, second, paper, ink. Palettes of a mood stand
# before those of a place: the first wins when the words call for both.
PALETTES: tuple[Palette, ...] = (
    _palette(
        "ember",
        "#3a2a5e #c9546e #ffbf7a #ffe9bd #d76a7c #2b1a3c #ff7a4d #f2b04e #fbeedd #241530",
        "sunset dusk evening warm fire orange ember passion summer glow",
    ),
    _palette(
        "dawn",
        "#86a9cb #f0c7c4 #ffe9cf #fff6e2 #c7a6bb #38476a #ef8a7a #7d9cc0 #faf1e8 #2c3552",
        "dawn morning sunrise soft gentle pastel calm dream dreamy peach",
    ),
    _palette(
        "blush",
        "#e5a3b3 #f6cfcb #fdebdd #fff5ec #d890a3 #57263f #c8385a #e9a36f #fcf1ea #43182f",
        "pink rose blush romantic love valentine wedding feminine beauty cherry sakura",
    ),
    _palette(
        "frost",
        "#86abca #c6dbea #f4f6f7 #ffffff #a9c3d8 #20405f #e3655b #6f93b8 #f6f8fa #182c44",
        "winter snow snowy ice cold frost white blue alpine ski clean crisp",
    ),
    _palette(
        "harvest",
        "#d99f5f #efc98b #fbecc8 #fff7df #cf8a4a #461d1b #b8352b #d9902f #f8eedb #33130f",
        "autumn fall harvest brown rust coffee cozy cosy vintage retro leather october",
    ),
    _palette(
        "iris",
        "#372a72 #8b69bf #f3bcd4 #fff0e6 #9272bd #1e1442 #ffb454 #d65d9c #f6eef8 #1b1238",
        "purple violet lavender iris magic magical fantasy mystic fairy twilight",
    ),
    _palette(
        "noir",
        "#bdbab4 #dedbd5 #f4f1ec #ffffff #aaa6a0 #191919 #9c2b22 #77736d #f5f2ed #121212",
        "noir black monochrome mono grey gray silver minimal minimalist fog rain rainy storm stormy editorial",
    ),
    _palette(
        "neon",
        "#0d0730 #4b1788 #f0509f #ffd9f4 #6f2bae #0a0524 #22dbe2 #ff4fa3 #f3e9fb #0a0524",
        "neon cyber cyberpunk club party disco future futuristic electric synthwave tech",
        is_night=True,
    ),
    _palette(
        "polar",
        "#04172a #0b3a4e #2a7d77 #ecfff4 #17555e #03101a #5ef2a9 #8a7df0 #e8f4f0 #03101a",
        "aurora polar northern nordic iceland space galaxy cosmic emerald",
        is_night=True,
    ),
    _palette(
        "citrus",
        "#ffcf5c #ffe59a #fff5d3 #fffbe9 #f2b04a #2c5b4c #ee5a36 #5fa38a #fdf6e3 #1f3a32",
        "yellow citrus lemon happy joy sunny bright vivid playful fruit holiday fitness gym sport energetic yoga",
    ),
    _palette(
        "porcelain",
        "#a9c4e4 #dce7f2 #fbf7ee #fffdf5 #93b1d6 #12366f #e0a63a #4f7fc0 #fbf8f1 #0f2750",
        "porcelain luxury elegant classic navy denim greece mediterranean sky",
    ),
    _palette(
        "midnight",
        "#070b24 #17265e #4463a0 #f8f0d4 #3a5792 #060a1c #f2c14e #7f9be0 #e9ecf5 #060a1c",
        "night midnight moon moonlight moonlit dark star starry late mystery mondlicht astronaut",
        is_night=True,
    ),
    _palette(
        "lagoon",
        "#3f9fc4 #98d9da #fdf1d2 #fffbe8 #62c0c2 #0b4560 #ff8a66 #f6c667 #fbf5e6 #0b3347",
        "beach sea ocean tropical turquoise teal aqua lagoon island pool bikini fresh wave surf surfer surfing coast",
    ),
    _palette(
        "moss",
        "#b7cdb9 #dfe7cd #f8f1d6 #fffbe6 #a3bca3 #15332b #e0994a #7fa07a #f4f1e2 #12271f",
        "forest green nature garden moss jungle olive spring hike hiking organic leaf wood alps meadow",
    ),
    _palette(
        "dune",
        "#8fbccb #efd8b6 #fbead0 #fff6e0 #e6b98a #74382a #2f7f86 #d9743f #f9efe0 #3d1c17",
        "desert sand dune earth earthy terracotta safari boho dry gold golden beige",
    ),
)
