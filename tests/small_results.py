"""Eight concepts and their relations, written down by hand: what a catalogue is tried on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from insight_app.project import judgements as j
from insight_app.project.judgements import Changes, CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.changes import before, changes
from insight_app.project.judgements.hierarchy import Edge

NAMES = ["animal", "dog", "puppy", "vehicle", "car", "École", "", "tiger salamander"]


@dataclass(frozen=True)
class Edges:
    """Relations as arrays; the strength falls from one to the next."""

    pairs: Sequence[tuple[int, int]] = ()
    led_to: Sequence[tuple[int, int]] = ()

    @property
    def child(self) -> NDArray[np.int32]:
        return np.array([pair[0] for pair in self.pairs], np.int32)

    @property
    def parent(self) -> NDArray[np.int32]:
        return np.array([pair[1] for pair in self.pairs], np.int32)

    @property
    def strength(self) -> NDArray[np.float32]:
        return np.linspace(0.99, 0.75, len(self.pairs), dtype=np.float32)

    @property
    def reverse_strength(self) -> NDArray[np.float32]:
        return self.strength / 2

    @property
    def cells(self) -> NDArray[np.int64]:
        return np.full(len(self.pairs), 40)

    images = cells

    @property
    def source(self) -> NDArray[np.uint8]:
        return (np.arange(len(self.pairs)) % 2).astype(np.uint8)

    @property
    def implied(self) -> NDArray[np.bool_]:
        return np.array([pair in self.led_to for pair in self.pairs], bool)


@dataclass(frozen=True)
class Results:
    """What a machine found, written down by hand."""

    edges: Edges = field(default_factory=Edges)
    machine_names: Sequence[str] = tuple(NAMES)
    fingerprint: str = "f"
    F: int = 8
    probability: Mapping[int, float] = field(default_factory=dict)
    """Of names that it is known of."""
    clarity_of: Mapping[int, float] = field(default_factory=dict)
    clarity_bound: float = 0.5
    before: Mapping[int, str] = field(default_factory=dict)

    @property
    def dictionary(self) -> SimpleNamespace:
        return SimpleNamespace(fingerprint=self.fingerprint)

    @property
    def levels(self) -> NDArray[np.uint8]:
        return (np.arange(self.F) // 3).astype(np.uint8)

    @property
    def images(self) -> NDArray[np.int64]:
        return np.arange(self.F, 0, -1) * 10 * (np.arange(self.F) != 6)

    cells = images

    @property
    def total(self) -> NDArray[np.float64]:
        return self.images / 7

    maximum = mean = total

    @property
    def name_probability(self) -> NDArray[np.float32]:
        return np.array([self.probability.get(row, np.nan) for row in range(self.F)], np.float32)

    @property
    def clarity(self) -> NDArray[np.float32]:
        return np.array([self.clarity_of.get(row, np.nan) for row in range(self.F)], np.float32)

    @property
    def names_before(self) -> Sequence[str]:
        return [self.before.get(row, "") for row in range(self.F)]

    def candidates(self, concept: int) -> Sequence[SimpleNamespace]:
        terms = {1: ["canine", "wolf"], 7: ["amphibian"]}.get(concept, [])
        return [SimpleNamespace(term=term, definition=f"kind of {term}") for term in terms]


TREE = Edges([(1, 0), (2, 1), (4, 3), (2, 0)])


def state_of(*acts: j.Act) -> CurationState:
    """The state after these acts, without a log."""
    state, values = CurationState(), {}
    for act in acts:
        values.setdefault(act.target, {}).update(act.after)
        state.set(act.target, values[act.target])
    return state


def touched(*acts: j.Act) -> Changes:
    before_them = before(CurationState(), [act.target for act in acts])
    return changes(before_them, state_of(*acts), "said")


def told(catalogue: Catalogue, edge: Edge) -> tuple[object, ...]:
    """What a relation says, without rows."""
    ends = map(catalogue.id_of, (edge.child, edge.parent, *edge.measured))
    numbers = edge.strength, edge.index, edge.source
    return (*ends, edge.status, edge.kind, edge.by_person, edge.is_gone, *numbers)


def shown(catalogue: Catalogue) -> dict[str, object]:
    """Everything that a window could show of a catalogue."""
    rows = range(catalogue.size)
    return {
        catalogue.id_of(row): (
            catalogue.names[row],
            bool(catalogue.by_person[row]),
            int(catalogue.status[row]),
            bool(catalogue.hidden[row]),
            (bool(catalogue.folded[row]), bool(catalogue.doubtful[row])),
            bool(catalogue.is_gone[row]),
            catalogue.notes.get(row),
            (int(catalogue.images[row]), int(catalogue.images_at_least[row])),
            (bool(catalogue.is_counted[row]), bool(catalogue.is_active[row])),
            catalogue.shares_name(row),
            {
                (catalogue.id_of(edge.parent), told(catalogue, edge))
                for edge in catalogue.parents(row)
            },
            {
                (catalogue.id_of(edge.child), told(catalogue, edge))
                for edge in catalogue.children(row)
            },
            [told(catalogue, edge) for edge in catalogue.withdrawn(row)],
            {told(catalogue, edge) for edge in catalogue.related(row)},
            catalogue.id_of(catalogue.holder(row)),
            *(
                [catalogue.id_of(one) for one in some(row)]
                for some in (catalogue.members, catalogue.parts, catalogue.wholes)
            ),
            {catalogue.id_of(one) for one in catalogue.kept_apart(row)},
            (catalogue.definitions.get(row), tuple(catalogue.aliases(row))),
            (dict(catalogue.marks(row)), catalogue.composition(row)),
        )
        for row in rows
        if row < 8 or not catalogue.hidden[row]
    }
