"""Compositions as plain JSON, as the window asks the worker to count them."""

from collections.abc import Sequence
from typing import Any

from insight_app.concepts.composition import Composition, Division, Mark, Piece


def to_json(composed: Composition) -> list[Any]:
    """Return a composition as lists of numbers and texts."""
    return [
        [
            list(piece.concepts),
            [
                [one.which, [[list(mark) for mark in part] for part in one.examples]]
                for one in piece.divisions
            ],
        ]
        for piece in composed.pieces
    ]


def from_json(found: Sequence[Any]) -> Composition:
    """Return what `to_json` was given; ValueError or TypeError for anything else."""
    return Composition(tuple(_piece(concepts, divisions) for concepts, divisions in found))


def _piece(concepts: Sequence[Any], divisions: Sequence[Any]) -> Piece:
    return Piece(
        tuple(int(concept) for concept in concepts),
        tuple(
            Division(
                tuple(tuple(Mark(str(image), int(cell)) for image, cell in part) for part in parts),
                int(which),
            )
            for which, parts in divisions
        ),
    )
