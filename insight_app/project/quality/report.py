"""A quality report as everybody reads it: figures beside their controls, self-tests, its basis.

Plain values and their JSON. No torch, no numpy: a window reads reports. Knows nothing of how a
figure is measured and where reports are kept.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from insight_app import plain_json

USUAL, MOST = 100, 500
"""Photos that a report rests on: unless somebody asks, and at most."""

SCHEMA_VERSION = 2
"""1: what `insight-app quality --json` printed before reports were kept."""

RECONSTRUCTION, CONCEPTS, NAMES, HIERARCHY, PLACES = GROUPS = (
    "Reconstruction",
    "Concepts",
    "Names",
    "Hierarchy",
    "Places",
)
"""In the order in which they are shown."""

NO_BETTER = (
    "A control does as well, so this figure says nothing for the dictionary. Most published scores "
    "cannot tell a trained one from an untrained one (arXiv 2606.24716)."
)


@dataclass(frozen=True)
class Control:
    """The same figure for something that should be worse.

    value: None where it cannot be had. low, high: its own interval, None where there is none.
    is_ceiling: it knows more than a dictionary may, so that it does not count against one.
    """

    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    is_ceiling: bool = False


@dataclass(frozen=True)
class Standout:
    """A concept that stands out in a figure, with its own value.

    partner: the concept it is compared with, -1 = none; images: ids of photos that show it.
    """

    concept: int
    value: float
    partner: int = -1
    images: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One measure of a dictionary, or of its names, relations or places.

    value: None where it cannot be had; `note` then says why. low, high: its 95 % interval, None
    where there is none (under 10 photos). count: of how many `count_of`. unit: "share", "cosine",
    ... controls: by a short name. is_higher_better: None for what is neither good nor bad.
    """

    id: str
    group: str
    title: str
    formula: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    count: int = 0
    count_of: str = ""
    unit: str = ""
    controls: Mapping[str, Control] = field(default_factory=dict)
    is_higher_better: bool | None = None
    note: str = ""
    standouts: tuple[Standout, ...] = ()

    @property
    def is_no_better(self) -> bool:
        """Whether a control is as good: it lies within the interval, or beyond the value."""
        if self.value is None or self.is_higher_better is None:
            return False
        sign = 1.0 if self.is_higher_better else -1.0
        bound = self.low if self.is_higher_better else self.high
        least = sign * (self.value if bound is None else bound)
        values = (one.value for one in self.controls.values() if not one.is_ceiling)
        return any(sign * value >= least for value in values if value is not None)

    def is_under(self, control: Control) -> bool:
        """Return whether a control that knows more is better than the value: a ceiling."""
        if not control.is_ceiling or control.value is None or self.value is None:
            return False
        sign = -1.0 if self.is_higher_better is False else 1.0
        return sign * control.value >= sign * self.value


@dataclass(frozen=True)
class SelfTest:
    """A measure tried where the right answer is known, on the same data as the report.

    value: what came out, None if nothing did; expected: what had to, in words.
    """

    id: str
    title: str
    value: float | None
    expected: str
    passed: bool


@dataclass(frozen=True)
class Basis:
    """Everything that a report was computed from.

    generation, photos (coded), encoder, dictionary, reading_rule, names: of the project's results;
    asked: how many photos at most, sample: a digest of those that were taken; masks, labels: a
    digest of what a person gave, second: of a second dictionary, '' = nothing; rules: the version
    of the measures.
    """

    generation: int
    photos: int
    encoder: str
    dictionary: str
    reading_rule: int
    names: str
    rules: int
    asked: int = 0
    sample: str = ""
    masks: str = ""
    labels: str = ""
    second: str = ""


@dataclass(frozen=True)
class QualityReport:
    """The figures of one run.

    made: when, ISO 8601 in UTC; project: its name; photos, cells: of the sample that was read.
    """

    project: str
    made: str
    seconds: float
    photos: int
    cells: int
    basis: Basis
    figures: tuple[Figure, ...]
    self_tests: tuple[SelfTest, ...]

    def figure(self, id: str) -> Figure | None:
        """Return one figure, None if the report has none of that id."""
        return next((one for one in self.figures if one.id == id), None)

    def in_group(self, group: str) -> tuple[Figure, ...]:
        """Return the figures of one of GROUPS."""
        return tuple(one for one in self.figures if one.group == group)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        values = asdict(self)
        for written, one in zip(values["figures"], self.figures, strict=True):
            written["is_no_better"] = one.is_no_better
        finite: dict[str, Any] = _finite(values)
        return {"schema_version": SCHEMA_VERSION} | finite


def without_nan(figure: Figure) -> Figure:
    """Return a figure with None in the place of what is no number, as it is read from a file."""
    controls = {
        name: replace(one, value=known(one.value), low=known(one.low), high=known(one.high))
        for name, one in figure.controls.items()
    }
    value, low, high = (known(one) for one in (figure.value, figure.low, figure.high))
    return replace(figure, value=value, low=low, high=high, controls=controls)


def known(value: float | None) -> float | None:
    """Return a value, None if it is no number."""
    return None if value is None or not math.isfinite(value) else value


def dumps(report: QualityReport) -> bytes:
    """Return a report as the bytes of a file."""
    return json.dumps(report.to_json(), indent=1).encode()


def loads(data: bytes) -> QualityReport:
    """Return the report that `dumps` wrote; ValueError for anything else."""
    return from_json(plain_json.loads(data))


def from_json(value: Any) -> QualityReport:
    """Return the report whose JSON values these are; ValueError if they are of none."""
    try:
        if value["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"a report of form {value['schema_version']}")
        plain = {name: value[name] for name in QualityReport.__dataclass_fields__}
        plain["basis"] = _checked(Basis, value["basis"])
        plain["figures"] = tuple(map(_figure, value["figures"]))
        plain["self_tests"] = tuple(_checked(SelfTest, one) for one in value["self_tests"])
        report: QualityReport = _checked(QualityReport, plain)
        return report
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no quality report ({error})") from error


def _figure(value: dict[str, Any]) -> Figure:
    plain = dict(value)
    plain.pop("is_no_better", None)
    controls = {str(name): _checked(Control, one) for name, one in value["controls"].items()}
    plain["controls"] = controls
    plain["standouts"] = tuple(
        _checked(Standout, one | {"images": tuple(map(int, one["images"]))})
        for one in value["standouts"]
    )
    figure: Figure = _checked(Figure, plain)
    if figure.group not in GROUPS:
        raise ValueError(f"a figure of no known group ({figure.group})")
    return figure


_KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "bool | None": (bool, type(None)),
}
"""What JSON has for the fields of the records; all other fields are made by hand."""


def _checked(kind: Any, values: dict[str, Any]) -> Any:
    """Return a record of these values; TypeError where one is not of the field's type."""
    record = kind(**values)
    for name, about in kind.__dataclass_fields__.items():
        told = getattr(about.type, "__name__", str(about.type))
        kinds, value = _KINDS.get(told), getattr(record, name)
        is_odd_bool = isinstance(value, bool) and kinds is not None and bool not in kinds
        if kinds is not None and (is_odd_bool or not isinstance(value, kinds)):
            raise TypeError(f"{name} is {value!r}")
    return record


def _finite(value: Any) -> Any:
    """Return JSON values with None in the place of numbers that JSON does not have."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
