"""What a finding shows, what a kept edit does to the model, which report is signed: as values.

In the log each is one text: JSON in one spelling, checked when it is read. Members that this
version does not know stay in the text. Knows nothing of files.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from insight_app import plain_json
from insight_app.plain_json import Json, dumps
from insight_app.project.judgements.acts import unicode

LONGEST = 2_000_000
"""Characters of one text."""
MOST_FACTOR = 2.0
T = TypeVar("T")


@dataclass(frozen=True)
class SeenFigure:
    """Keep one figure in the words in which a person saw it: what it is of, and its value."""

    what: str
    value: str


@dataclass(frozen=True)
class View:
    """Say what a person looked at when it was pinned: enough to go back to it and to report it.

    told: a sentence for somebody who never saw the window.  workspace, page: where.  concepts: ids.
    image: hash of a photo's content.  choices: what was chosen, such as class, against, labels.
    figures: as they stood on the screen.  basis: what they were computed from.
    """

    told: str = ""
    workspace: str = ""
    page: str = ""
    concepts: tuple[str, ...] = ()
    image: str = ""
    cell: int | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[SeenFigure, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class KeptEffect:
    """State what an edit did when it was kept.

    what: such as "accuracy".  unit: "share", "photos", "score" or "points".  of: what it was taken
    over, in words: "600 held-back photos of places".  before, after: None where there is none.
    low, high: the 95 % interval of the change, after less before.
    """

    what: str
    unit: str
    of: str
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Intervention:
    """Say how an edit changes the model: concepts of a dictionary times a factor, 0 to 2.

    dictionary: its fingerprint.  factors: by number of a concept.  images: hashes of the contents
    of the photos that it is for, none for all.  choices, basis: as for a View.
    """

    dictionary: str
    factors: Mapping[int, float]
    images: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[KeptEffect, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class SignedReport:
    """Say which report was signed. report: its id.  file: its name.  head: where the log ended."""

    report: str
    file: str = ""
    head: str = ""
    open_findings: int = 0


def view_text(view: View) -> str:
    """Return a view as it is written; ValueError if it could not be read again."""
    members: dict[str, Json] = {
        "told": view.told,
        "workspace": view.workspace,
        "page": view.page,
        "concepts": list(view.concepts),
        "image": view.image,
        "cell": view.cell,
        "choices": dict(view.choices),
        "figures": [[one.what, one.value] for one in view.figures],
        "basis": view.basis,
    }
    return _checked(members, read_view)


def intervention_text(intervention: Intervention) -> str:
    """Return an edit as it is written; ValueError if it could not be read again."""
    effects: list[Json] = [
        {
            "what": one.what,
            "unit": one.unit,
            "of": one.of,
            "before": one.before,
            "after": one.after,
            "low": one.low,
            "high": one.high,
        }
        for one in intervention.effects
    ]
    members: dict[str, Json] = {
        "dictionary": intervention.dictionary,
        "factors": {str(index): float(by) for index, by in intervention.factors.items()},
        "images": list(intervention.images),
        "choices": dict(intervention.choices),
        "effects": effects,
        "basis": intervention.basis,
    }
    return _checked(members, read_intervention)


def signed_text(signed: SignedReport) -> str:
    """Return which report was signed as it is written; ValueError if it could not be read again."""
    members: dict[str, Json] = {
        "report": signed.report,
        "file": signed.file,
        "head": signed.head,
        "open_findings": signed.open_findings,
    }
    return _checked(members, read_signed)


def read_view(text: str) -> View:
    """Return the view that a text states; ValueError if it states none."""
    found = _object(text)
    figures = [_texts(one) for one in _list(found, "figures")]
    if any(len(one) != 2 for one in figures):
        raise ValueError("a figure is not what it is of and its value")
    return View(
        _text(found, "told"),
        _text(found, "workspace"),
        _text(found, "page"),
        _texts(_list(found, "concepts")),
        _text(found, "image"),
        None if found.get("cell") is None else _whole(found, "cell"),
        _choices(found),
        tuple(SeenFigure(*one) for one in figures),
        _text(found, "basis"),
    )


def read_intervention(text: str) -> Intervention:
    """Return the edit that a text states; ValueError if it states none."""
    found = _object(text)
    dictionary = _text(found, "dictionary")
    given = found.get("factors")
    if not dictionary or not isinstance(given, dict) or not given:
        raise ValueError("an edit needs a dictionary and factors")
    factors = {}
    for index, by in given.items():
        factor = _number(by)
        if not (index.isascii() and index.isdecimal() and str(int(index[:9])) == index):
            raise ValueError(f"{index[:20]!r} is no number of a concept")
        if factor is None or not 0 <= factor <= MOST_FACTOR:
            raise ValueError(f"a factor is not from 0 to {MOST_FACTOR:g}")
        factors[int(index)] = factor
    return Intervention(
        dictionary,
        factors,
        _texts(_list(found, "images")),
        _choices(found),
        tuple(_effect(one) for one in _list(found, "effects")),
        _text(found, "basis"),
    )


def read_signed(text: str) -> SignedReport:
    """Return the signed report that a text states; ValueError if it states none."""
    found = _object(text)
    signed = SignedReport(
        _text(found, "report"),
        _text(found, "file"),
        _text(found, "head"),
        _whole(found, "open_findings"),
    )
    if not signed.report:
        raise ValueError("no report is signed")
    return signed


def _checked(members: dict[str, Json], read: Callable[[str], T]) -> str:
    text = unicode(dumps(members))
    read(text)
    return text


def _object(text: str) -> dict[str, Json]:
    if len(text) > LONGEST:
        raise ValueError(f"over {LONGEST:,} characters")
    try:
        found = plain_json.loads(text.encode())
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(found, dict) or dumps(found) != text:
        raise ValueError("no JSON object in the one spelling")
    return found


def _text(found: Mapping[str, Json], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _list(found: Mapping[str, Json], name: str) -> list[Json]:
    value = found.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    return value


def _texts(values: Json) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError("no list of texts")
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) < len(values):
        raise ValueError("no list of texts")
    return texts


def _choices(found: Mapping[str, Json]) -> dict[str, str]:
    value = found.get("choices", {})
    if not isinstance(value, dict):
        raise ValueError("choices are no object")
    return {name: _text(value, name) for name in value}


def _whole(found: Mapping[str, Json], name: str) -> int:
    value = found.get(name, 0)
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} is no number from 0 on")
    return value


def _number(value: Json) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _effect(value: Json) -> KeptEffect:
    if not isinstance(value, dict):
        raise ValueError("an effect is no object")
    numbers = (_number(value.get(name)) for name in ("before", "after", "low", "high"))
    return KeptEffect(_text(value, "what"), _text(value, "unit"), _text(value, "of"), *numbers)
