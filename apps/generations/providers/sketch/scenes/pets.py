"""A cat or a dog that sits for its picture, before a disc of light and between house plants."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, from_hex, mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.plants import leaf
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary

_DOGS = vocabulary("dog puppy puppies pup hund perro chien terrier retriever poodle corgi")
_COATS = tuple(from_hex(code) for code in ("#2b2422", "#c98545", "#8d8a88", "#e8ddcf", "#6b4a34", "#d9a066"))

# Right halves and right sides, as shares of the animal's height, upwards from between its paws.
_BODY: tuple[Point, ...] = ((0, -0.72), (0.13, -0.62), (0.2, -0.42), (0.29, -0.2), (0.28, -0.04), (0.2, 0.0), (0, 0.0))
_CHEST: tuple[Point, ...] = ((0, -0.6), (0.08, -0.52), (0.1, -0.38), (0.05, -0.26), (0, -0.2))
_LEG: tuple[Point, ...] = ((0.03, -0.36), (0.1, -0.34), (0.1, -0.1), (0.125, -0.03), (0.1, 0.015), (0.02, 0.015))
_TAIL = 0.058
_CAT_EAR: tuple[Point, ...] = ((0.05, -0.86), (0.17, -1.0), (0.2, -0.76))
_DOG_EAR: tuple[Point, ...] = ((0.1, -0.92), (0.2, -0.88), (0.27, -0.68), (0.22, -0.56), (0.16, -0.66), (0.13, -0.8))


class Animal:
    """Where it sits, how tall it is, and its coat."""

    def __init__(self, canvas: Canvas, foot: Point, height: float, coat: Colour) -> None:
        self.canvas = canvas
        self.coat = coat
        self.pale = mix(coat, canvas.palette.paper, 0.45)
        self.dark = mix(coat, canvas.palette.ink, 0.5)
        self.height = height
        self._foot = foot

    def place(self, points: list[Point] | tuple[Point, ...]) -> list[Point]:
        """The points in pixels."""
        return [(self._foot[0] + x * self.height, self._foot[1] + y * self.height) for x, y in points]

    def fill(self, points: list[Point] | tuple[Point, ...], tone: Colour | list[Colour], *, opacity: float = 1) -> None:
        """Fill an outline."""
        self.canvas.polygon(self.place(points), tone, opacity=opacity)

    def tail(self, points: tuple[Point, ...]) -> None:
        """Draw a tail with a round tip."""
        line, tone = self.place(spline(points)), mix(self.coat, self.canvas.palette.ink, 0.12)
        self.canvas.line(line, self.height * _TAIL, tone)
        self.canvas.disc(line[-1], self.height * _TAIL / 2, tone)

    def both(self, points: tuple[Point, ...], tone: Colour, *, smooth: bool = True) -> None:
        """Fill an outline and its mirror image."""
        line = spline(points, closed=True) if smooth else list(points)
        for side in (-1, 1):
            self.fill([(x * side, y) for x, y in line], tone)

    def oval(self, centre: Point, radius: Point, tone: Colour | list[Colour]) -> None:
        """Fill an upright oval."""
        self.fill(arc(centre, radius, 0, 1), tone)


def draw(canvas: Canvas) -> None:
    """Draw the room, then the animal, then what stands before it."""
    rng = canvas.rng("pets")
    floor = canvas.height * rng.uniform(0.76, 0.82)
    middle = canvas.width * (0.5 + rng.uniform(-0.06, 0.06))
    height = min(canvas.unit * 0.62, floor * 0.72)
    _room(canvas, rng, floor, (middle, floor - height * 0.52), height * 0.72)
    foot = (middle, floor + canvas.height * 0.05)
    canvas.shadow(arc(foot, (height * 0.4, height * 0.05), 0, 1), height * 0.03, opacity=0.4)
    animal = Animal(canvas, foot, height, mix(rng.choice(_COATS), canvas.palette.ink, 0.08))
    (_dog if canvas.words & _DOGS else _cat)(animal, rng)


def _room(canvas: Canvas, rng: Random, floor: float, centre: Point, radius: float) -> None:
    palette = canvas.palette
    canvas.wash([mix(palette.sky[1], palette.sky[2], 0.4), palette.sky[2]])
    canvas.disc(centre, radius, [mix(palette.accent, palette.light, 0.25), mix(palette.accent, palette.sky[2], 0.45)])
    wood = mix(palette.near, palette.far, rng.uniform(0.3, 0.6))
    canvas.band(floor, canvas.height, [mix(wood, palette.light, 0.14), mix(wood, palette.ink, 0.2)])
    for side in (-1, 1):
        _plant(canvas, rng, (canvas.width * (0.5 + side * 0.45), floor + canvas.height * 0.03), side)


def _plant(canvas: Canvas, rng: Random, foot: Point, side: int) -> None:
    palette = canvas.palette
    green = mix(palette.near, palette.second, rng.uniform(0.15, 0.5))
    for index in range(7):
        lean = (index - 3) * 0.055 - side * 0.03
        leaf(canvas, foot, canvas.unit * rng.uniform(0.24, 0.42), 0.75 + lean, green, plump=0.16)


def _cat(cat: Animal, rng: Random) -> None:
    cat.tail(((0.2, -0.03), (0.42, -0.02), (0.5, -0.16), (0.4, -0.27), (0.44, -0.38)))
    _sitting(cat)
    cat.both(_CAT_EAR, cat.coat, smooth=False)
    cat.both(
        ((0.09, -0.87), (0.155, -0.95), (0.17, -0.82)), mix(cat.pale, cat.canvas.palette.accent, 0.4), smooth=False
    )
    cat.oval((0, -0.76), (0.205, 0.165), [mix(cat.coat, cat.canvas.palette.light, 0.1), cat.coat])
    if rng.random() < 0.6:
        _stripes(cat)
    for side in (-1, 1):
        cat.fill(_almond(side * 0.085, -0.775), mix(cat.canvas.palette.second, cat.canvas.palette.light, 0.35))
        cat.oval((side * 0.085, -0.775), (0.013, 0.032), cat.canvas.palette.ink)
        for rise in (-0.02, 0.0, 0.02):
            whisker = [(side * 0.05, -0.69), (side * 0.28, -0.69 + rise * 1.6)]
            cat.canvas.line(cat.place(whisker), max(0.8, cat.height * 0.003), cat.canvas.palette.paper, opacity=0.7)
    _muzzle(cat, (0, -0.685), 0.05, nose=0.018)


def _dog(dog: Animal, rng: Random) -> None:
    dog.tail(((0.22, -0.06), (0.36, -0.1), (0.42, -0.26)))
    _sitting(dog)
    dog.oval((0, -0.77), (0.18, 0.175), [mix(dog.coat, dog.canvas.palette.light, 0.1), dog.coat])
    dog.both(_DOG_EAR, mix(dog.coat, dog.canvas.palette.ink, 0.3))
    if rng.random() < 0.6:
        dog.oval((0.075, -0.8), (0.07, 0.075), mix(dog.coat, dog.canvas.palette.ink, 0.22))
    for side in (-1, 1):
        dog.oval((side * 0.075, -0.8), (0.032, 0.035), mix(dog.coat, dog.canvas.palette.light, 0.4))
        dog.oval((side * 0.075, -0.8), (0.024, 0.027), dog.canvas.palette.ink)
        dog.oval((side * 0.075 + 0.008, -0.81), (0.007, 0.008), dog.canvas.palette.paper)
    dog.fill(mirrored(spline(((0.0, -0.645), (0.035, -0.62), (0.03, -0.575), (0.0, -0.565))), 0), _tongue(dog))
    _muzzle(dog, (0, -0.69), 0.085, nose=0.036)
    collar = [*arc((0, -0.585), (0.135, 0.05), 0.0, 0.5), *arc((0, -0.615), (0.135, 0.05), 0.5, 0.0)]
    dog.fill(collar, dog.canvas.palette.second, opacity=0.9)


def _tongue(animal: Animal) -> Colour:
    return mix(animal.canvas.palette.accent, from_hex("#d9667a"), 0.7)


def _sitting(animal: Animal) -> None:
    shade = mix(animal.coat, animal.canvas.palette.ink, 0.26)
    for side in (-1, 1):
        animal.oval((side * 0.21, -0.1), (0.12, 0.12), shade)
    animal.fill(mirrored(spline(_BODY), 0), [animal.coat, animal.coat, shade])
    animal.fill(mirrored(spline(_CHEST), 0), animal.pale)
    animal.both(_LEG, mix(animal.coat, animal.canvas.palette.light, 0.06))
    for side in (-1, 1):
        animal.oval((side * 0.075, -0.005), (0.058, 0.03), animal.pale)


def _stripes(cat: Animal) -> None:
    for x in (-0.05, 0.0, 0.05):
        line = [(x, -0.915 + abs(x) * 0.2), (x * 0.8, -0.855)]
        cat.canvas.line(cat.place(line), cat.height * 0.014, cat.dark, opacity=0.7)
    for side in (-1, 1):
        for index in range(3):
            y = -0.42 + 0.09 * index
            band = spline([(side * (0.2 + 0.03 * index), y), (side * 0.15, y + 0.015), (side * 0.12, y + 0.045)])
            cat.canvas.line(cat.place(band), cat.height * 0.016, cat.dark, opacity=0.6)


def _muzzle(animal: Animal, centre: Point, reach: float, *, nose: float) -> None:
    x, y = centre
    for side in (-1, 1):
        animal.oval((x + side * reach * 0.6, y + reach * 0.2), (reach * 0.8, reach * 0.62), animal.pale)
    tip = [(x - nose, y - nose * 0.8), (x + nose, y - nose * 0.8), (x, y + nose * 0.7)]
    animal.fill(spline(tip, closed=True), mix(_tongue(animal), animal.canvas.palette.ink, 0.7 if nose > 0.03 else 0.15))
    animal.canvas.line(
        animal.place([(x, y + nose * 0.6), (x, y + reach * 0.6)]), max(0.8, animal.height * 0.005), animal.dark
    )


def _almond(x: float, y: float) -> list[Point]:
    upper = arc((x, y + 0.02), (0.05, 0.055), 0.5, 1.0, steps=16)
    lower = arc((x, y + 0.005), (0.05, 0.032), 0.0, 0.5, steps=16)
    return [*upper, *lower]


SCENE = Scene(
    "pets",
    draw,
    vocabulary("cat kitten kitty pet katze gato chat animal fluffy paw") | _DOGS,
)
