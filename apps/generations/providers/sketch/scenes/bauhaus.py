"""A poster of plain shapes on a grid: discs, arcs, petals, stripes, steps."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, turned
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary

_Cell: TypeAlias = tuple[float, float, float]
_Motif: TypeAlias = Callable[[Canvas, Random, _Cell, list[Colour]], None]


def draw(canvas: Canvas) -> None:
    """Draw the poster, as many tiles as the canvas holds."""
    rng = canvas.rng("bauhaus")
    canvas.wash([canvas.palette.paper, mix(canvas.palette.paper, canvas.palette.second, 0.12)])
    side = canvas.unit * 0.88 / rng.choice([3, 4, 4])
    columns, rows = int(canvas.width * 0.95 / side), int(canvas.height * 0.95 / side)
    left, top = (canvas.width - columns * side) / 2, (canvas.height - rows * side) / 2
    for column, row, span in _tiles(rng, columns, rows):
        _tile(canvas, rng, (left + column * side, top + row * side, span * side))


def _tiles(rng: Random, columns: int, rows: int) -> list[tuple[int, int, int]]:
    free = {(column, row) for row in range(rows) for column in range(columns)}
    tiles = []
    for row in range(rows):
        for column in range(columns):
            block = {(column + dx, row + dy) for dx in (0, 1) for dy in (0, 1)}
            span = 2 if block <= free and rng.random() < 0.28 else 1
            if (column, row) in free:
                tiles.append((column, row, span))
                free -= block if span > 1 else {(column, row)}
    return tiles


def _tile(canvas: Canvas, rng: Random, cell: _Cell) -> None:
    colours = _colours(canvas, rng)
    x, y, side = cell
    if rng.random() < 0.72:
        canvas.block((x, y, side + 1, side + 1), colours[0])
    else:
        colours[0] = canvas.palette.paper
    rng.choice(_MOTIFS)(canvas, rng, cell, colours)


def _colours(canvas: Canvas, rng: Random) -> list[Colour]:
    palette = canvas.palette
    colours = [
        palette.near,
        palette.accent,
        palette.second,
        palette.far,
        palette.sky[1],
        palette.sky[2],
        palette.ink,
    ]
    rng.shuffle(colours)
    return colours[:3]


def _quarter(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    turns = rng.randrange(4) / 4
    for colour, share in ((colours[1], 1.0), (colours[2], 0.62), (colours[0], 0.3)):
        pie = [(x, y), *arc((x, y), (side * share, side * share), 0, 0.25)]
        canvas.polygon(turned(pie, _centre(cell), turns), colour)


def _disc(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    centre, side = _centre(cell), cell[2]
    canvas.disc(centre, side * 0.42, colours[1])
    half = arc(centre, (side * 0.42, side * 0.42), 0, 0.5)
    canvas.polygon(turned(half, centre, rng.randrange(8) / 8), colours[2])


def _petal(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    turns = rng.randrange(2) / 4
    upper = arc((x, y + side), (side, side), 0.75, 1.0)
    lower = arc((x + side, y), (side, side), 0.25, 0.5)
    canvas.polygon(turned([*upper, *lower], _centre(cell), turns), colours[1])
    canvas.polygon(turned([(x, y), *lower, (x, y)], _centre(cell), turns), colours[2], opacity=0.45)


def _arches(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    foot = (x + side / 2, y + side)
    turns = rng.randrange(4) / 4
    for index in range(5):
        reach = side * (0.5 - 0.09 * index)
        dome = arc(foot, (reach, reach * 1.7), 0.5, 1.0)
        canvas.polygon(turned(dome, _centre(cell), turns), colours[1 + index % 2] if index < 4 else colours[0])


def _stripes(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    turns = rng.randrange(2) / 4
    for index in range(0, 8, 2):
        top = y + side * index / 8
        bar = [(x, top), (x + side, top), (x + side, top + side / 8), (x, top + side / 8)]
        canvas.polygon(turned(bar, _centre(cell), turns), colours[1])
    canvas.disc(_centre(cell), side * 0.24, colours[2])


def _triangles(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    turns = rng.randrange(4) / 4
    canvas.polygon(turned([(x, y), (x + side, y), (x, y + side)], _centre(cell), turns), colours[1])
    canvas.polygon(
        turned(
            [(x + side, y + side), (x + side, y + side / 2), (x + side / 2, y + side)],
            _centre(cell),
            turns,
        ),
        colours[2],
    )


def _dots(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    x, y, side = cell
    for row in range(4):
        for column in range(4):
            colour = colours[2] if (row, column) == (1, 2) else colours[1]
            centre = (x + side * (column + 0.5) / 4, y + side * (row + 0.5) / 4)
            canvas.disc(centre, side * (0.045 + 0.014 * row), colour)


def _rings(canvas: Canvas, rng: Random, cell: _Cell, colours: list[Colour]) -> None:
    for index in range(4):
        canvas.disc(_centre(cell), cell[2] * (0.46 - 0.11 * index), colours[1 + index % 2])


def _centre(cell: _Cell) -> Point:
    return cell[0] + cell[2] / 2, cell[1] + cell[2] / 2


_MOTIFS: tuple[_Motif, ...] = (
    _quarter,
    _quarter,
    _disc,
    _petal,
    _petal,
    _arches,
    _stripes,
    _triangles,
    _dots,
    _rings,
)

SCENE = Scene(
    "bauhaus",
    draw,
    vocabulary(
        "bauhaus geometric geometry shape poster logo graphic design modern modernist grid "
        "midcentury tech startup data icon gym sport fitness workout"
    ),
)
