"""Names with a key of their own: which name a key gives, and when a name earns one.

Places are numbered from 1; "" is a place without a name. Knows no key and no settings.
"""

from collections.abc import Sequence

from insight_app.project.judgements.names.spelling import same_name, tidy

PLACES = 9
OFTEN = 3
"""How often a name is given before it takes a free place by itself."""


def places(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all places; missing ones are empty, one that comes twice is left out."""
    found: list[str] = []
    seen = {""}
    for name in map(tidy, names[:PLACES]):
        found.append("" if same_name(name) in seen else name)
        seen.add(same_name(name))
    return tuple(found + [""] * (PLACES - len(found)))


def place_of(names: Sequence[str], name: str) -> int | None:
    """Return the place of a name, None if it has none."""
    wanted = same_name(name)
    found = (at for at, one in enumerate(names, 1) if one and same_name(one) == wanted)
    return next(found, None)


def with_place(names: Sequence[str], name: str) -> tuple[str, ...] | None:
    """Return the places with `name` in a free one; None where it has one or none is free."""
    present = places(names)
    if not tidy(name) or place_of(present, name) is not None or "" not in present:
        return None
    free = present.index("")
    return (*present[:free], tidy(name), *present[free + 1 :])
