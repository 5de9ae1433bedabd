"""What a prompt says about clothes and hair: a colour and what it belongs to, as two neighbouring words."""

from collections.abc import Iterable

from apps.generations.providers.sketch.colour import Colour, from_hex

_CLOTHS = {
    "red": from_hex("#b8322e"),
    "blue": from_hex("#2f5fa8"),
    "navy": from_hex("#1f3157"),
    "denim": from_hex("#4b6c94"),
    "green": from_hex("#3f7d54"),
    "yellow": from_hex("#e8b93a"),
    "orange": from_hex("#e0722f"),
    "purple": from_hex("#6b4597"),
    "pink": from_hex("#dd7d9e"),
    "white": from_hex("#f3efe8"),
    "black": from_hex("#1f1c20"),
    "grey": from_hex("#86868a"),
    "gray": from_hex("#86868a"),
    "beige": from_hex("#d8c3a5"),
    "brown": from_hex("#7a5238"),
    "leather": from_hex("#3b2a26"),
    "gold": from_hex("#c79a3f"),
    "golden": from_hex("#c79a3f"),
}
# The piece, and the neckline that goes with it; any where there is none.
_PIECES = {
    "jacket": "collar",
    "blazer": "collar",
    "suit": "collar",
    "coat": "collar",
    "turtleneck": "turtle",
    "sweater": "turtle",
    "pullover": "turtle",
    "hoodie": "crew",
    "shirt": "crew",
    "t": "crew",
    "dress": "scoop",
    "top": "scoop",
    "bikini": "scoop",
    "blouse": "vee",
}
_HAIRS = {
    "blonde": from_hex("#dcb66c"),
    "blond": from_hex("#dcb66c"),
    "red": from_hex("#a8432a"),
    "brown": from_hex("#5a3526"),
    "black": from_hex("#1d1719"),
    "dark": from_hex("#2c2020"),
    "silver": from_hex("#b9b7ba"),
    "grey": from_hex("#a3a1a5"),
    "gray": from_hex("#a3a1a5"),
    "white": from_hex("#dedbd8"),
    "pink": from_hex("#d9688f"),
    "blue": from_hex("#4a78b8"),
    "purple": from_hex("#7d55a8"),
    "green": from_hex("#4f9a72"),
}


def cloth(words: frozenset[str]) -> Colour | None:
    """The colour of the piece that the words name with one."""
    return next((tone for name, tone in _CLOTHS.items() if words & _pairs(name, _PIECES)), None)


def neckline(words: frozenset[str]) -> str | None:
    """The neckline of the piece that the words name."""
    return next((cut for piece, cut in _PIECES.items() if piece in words), None)


def hair(words: frozenset[str]) -> Colour | None:
    """The colour that the words give the hair."""
    return next((tone for name, tone in _HAIRS.items() if words & _pairs(name, ("hair", "curls", "bob"))), None)


def _pairs(colour: str, things: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{colour} {thing}" for thing in things)
