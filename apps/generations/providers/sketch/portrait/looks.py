"""What a person looks like: skin, hair, cut and clothes, from the prompt's words or by chance."""

from dataclasses import dataclass
from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, from_hex, mix
from apps.generations.providers.sketch.portrait import wardrobe
from apps.generations.providers.sketch.words import vocabulary

_SKINS = tuple(from_hex(code) for code in ("#f6d5bf", "#efc2a2", "#dda57d", "#c08457", "#96603c", "#6b4029"))
_WARM_SHADE = from_hex("#8a3f2c")
_ROUGE = from_hex("#b3343c")
_HAIRS = {
    "blonde": from_hex("#dcb66c"),
    "blond": from_hex("#dcb66c"),
    "redhead": from_hex("#a8432a"),
    "ginger": from_hex("#b5502c"),
    "brunette": from_hex("#4a2c22"),
}
_GREY = from_hex("#a9a6a8")
_OLD = vocabulary("old older elderly senior grandmother grandfather granny grandpa")
_CHANCE_HAIRS = tuple(from_hex(code) for code in ("#1d1719", "#4a2c22", "#4a2c22", "#5a3526", "#dcb66c", "#a8432a"))
_MEN = vocabulary("man men boy guy male gentleman he his father husband king beard")
_GLAD = vocabulary("smile smiling happy joy joyful laughing laugh cheerful glad fun energetic")
_CUTS = ("long", "bob", "bun", "afro", "waves", "hat", "long", "waves")
_CUT_WORDS = {
    "bob": "bob",
    "bun": "bun",
    "ponytail": "bun",
    "afro": "afro",
    "curly": "afro",
    "curls": "afro",
    "wavy": "waves",
    "waves": "waves",
    "hat": "hat",
    "long": "long",
    "short": "crop",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about one person that the drawing needs."""

    skin: Colour
    shade: Colour
    hair: Colour
    hair_light: Colour
    lips: Colour
    garment: Colour
    cut: str
    neckline: str
    has_beard: bool
    has_glasses: bool
    has_earrings: bool
    has_lashes: bool
    smiles: bool


def look(canvas: Canvas, rng: Random) -> Look:
    """Return a person who fits the prompt's words and the palette's light."""
    palette = canvas.palette
    is_man = bool(canvas.words & _MEN)
    skin = mix(rng.choice(_SKINS), palette.sky[2], 0.12)
    hair = mix(_hair(canvas, rng), palette.ink, 0.1)
    return Look(
        skin=skin,
        shade=mix(skin, mix(_WARM_SHADE, palette.ink, 0.45), 0.36),
        hair=hair,
        hair_light=mix(hair, palette.light, 0.2),
        lips=mix(
            skin,
            mix(_WARM_SHADE if is_man else _ROUGE, palette.accent, 0.25),
            0.35 if is_man else 0.72,
        ),
        garment=_garment(canvas, rng),
        cut=_cut(canvas, rng, is_man=is_man),
        neckline=_neckline(canvas, rng, is_man=is_man),
        has_beard="beard" in canvas.words or (is_man and rng.random() < 0.45),
        has_glasses="glasses" in canvas.words or "sunglasses" in canvas.words or rng.random() < 0.16,
        has_earrings=not is_man and rng.random() < 0.65,
        has_lashes=not is_man,
        smiles=bool(canvas.words & _GLAD) or rng.random() < 0.3,
    )


def _hair(canvas: Canvas, rng: Random) -> Colour:
    chance = rng.choice(_CHANCE_HAIRS)
    if canvas.words & _OLD:
        chance = _GREY
    return wardrobe.hair(canvas.words) or next((_HAIRS[word] for word in _HAIRS if word in canvas.words), chance)


def _garment(canvas: Canvas, rng: Random) -> Colour:
    palette = canvas.palette
    chance = rng.choice([palette.accent, palette.near, palette.paper, palette.second, palette.ink])
    named = wardrobe.cloth(canvas.words)
    return mix(named, palette.sky[2], 0.1) if named else chance


def _neckline(canvas: Canvas, rng: Random, *, is_man: bool) -> str:
    chance = rng.choice(["crew", "vee", "scoop", "turtle", "collar"])
    return wardrobe.neckline(canvas.words) or ("crew" if is_man else chance)


def _cut(canvas: Canvas, rng: Random, *, is_man: bool) -> str:
    chance = rng.choice(_CUTS)
    named = next((cut for word, cut in _CUT_WORDS.items() if word in canvas.words), None)
    return named or ("crop" if is_man else chance)
