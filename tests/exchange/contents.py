"""Contents to export: one written by hand, and any at all for properties."""

from hypothesis import strategies as st

from insight_app.exchange.content import (
    Concept,
    Content,
    ExportedAlias,
    ExportedLabel,
    ExportedMark,
    ExportedName,
    ExportedPlace,
    ExportedTag,
    Provenance,
    Relation,
    SaidBy,
    clean,
    short,
)

PROVENANCE = Provenance(
    project="Vögel",
    insight_version="0.1.0",
    encoder="builtin",
    encoder_fingerprint="e1",
    dictionary="Shipped dictionary",
    dictionary_fingerprint="d1",
    run_state="finished",
    images=130,
    coded_images=129,
    cells=25_284,
    names_rule="shared",
    names_unit="share of votes",
    names_photos=129,
    clarity_bound=0.31,
)
ENTRY = {
    "uuid": "u1",
    "person": {"uuid": "p1", "name": "Ada"},
    "lamport": 1,
    "utc": "2026-01-02T03:04:05+00:00",
    "kind": "accept",
    "version": 1,
    "target": "d1:0",
    "before": {"name": None, "status": None, "status_name": None},
    "after": {"name": "vehicle", "status": "accepted", "status_name": "vehicle"},
    "follows": {"name": [], "status": [], "status_name": []},
    "undoes": None,
    "group": "g1",
    "text": "Accept “vehicle”",
}


ADA = SaidBy("Ada", "2026-01-02T03:04:05+00:00")


def concept(number: int, **fields: object) -> Concept:
    """A machine's concept, active in a few images, with the given fields changed."""
    values: dict[str, object] = {
        "id": f"d1:{number}",
        "number": number,
        "name": f"name {number}",
        "named_by": "machine",
        "machine_name": f"name {number}",
        "candidates": (),
        "status": "unreviewed",
        "status_name": "",
        "hidden": False,
        "note": "",
        "level": 0,
        "images": 7,
        "cells": 50,
        "total": 12.5,
        "maximum": 0.75,
        "mean": 0.25,
    }
    return Concept(**(values | fields))


def relation(child: int, parent: int, **fields: object) -> Relation:
    """What the machine found between two of its concepts, with the given fields changed."""
    values: dict[str, object] = {
        "child": f"d1:{child}",
        "parent": f"d1:{parent}",
        "strength": 0.9,
        "back": 0.1,
        "cells": 40,
        "images": 6,
        "source": "data",
        "status": "unreviewed",
        "decided_by": "machine",
    }
    return Relation(**(values | fields))


def example() -> Content:
    """Vehicles, with everything that a person can do to them done once."""
    kept = (
        ExportedName("vehicle", "noun", 0.31, "a thing for carrying", 0.5),
        ExportedName("car", "noun", 0.3, "a motor vehicle", 0.125),
    )
    concepts = (
        concept(
            0,
            name="vehicle",
            named_by="person",
            machine_name="car",
            candidates=kept,
            status="accepted",
            status_name="vehicle",
            note="with wheels\nor without",
            name_probability=0.125,
            places=(ExportedPlace("/photos/a b.jpg", 17, (12.5, 0.0, 32.0, 32.0), 2.5),),
            aliases=(ExportedAlias("Fahrzeug", "de", ADA), ExportedAlias("conveyance", "", ADA)),
            definition="What carries | people, =or things.",
            members=("d1:5",),
            made_of=("d1:0", "d1:5"),
            kept_apart=("d1:2",),
            marks=(
                ExportedMark("ab" * 16, "/photos/a b.jpg", 18, (44.5, 0.0, 32.0, 32.0), True, ADA),
                ExportedMark("cd" * 16, "", 3, None, False),
            ),
            said={"name": ADA, "status": ADA, "note": ADA, "definition": ADA},
        ),
        concept(
            1,
            name="boat",
            level=1,
            name_probability=0.24,
            is_doubtful=True,
            name_from="after 129 of your photos",
            name_before="fireboat",
            clarity=0.3,
            has_nothing_in_common=True,
        ),
        concept(2, name="", named_by="nobody", machine_name=""),
        concept(3, name="glare", hidden=True, status="rejected", status_name="glare"),
        concept(
            4,
            id="own:7",
            name="wheel",
            named_by="person",
            machine_name="",
            level=None,
            images=0,
            cells=0,
            total=0.0,
            maximum=0.0,
            mean=0.0,
            status="accepted",
            status_name="wheel",
            wholes=("d1:1",),
            said={"name": ADA, "wholes": ADA},
        ),
        concept(5, name="car", named_by="person", merged_into="d1:0", said={"merged_into": ADA}),
    )
    relations = (
        relation(2, 0, status="rejected", decided_by="person"),
        relation(
            2,
            1,
            strength=0.81,
            source="dictionary",
            status="accepted",
            decided_by="person",
            kind="is-a",
            said={"status": ADA, "kind": ADA},
        ),
        relation(2, 3),
        Relation("own:7", "d1:0", None, None, 0, 0, "person", "added", "person", kind="part-of"),
        Relation("own:7", "d1:1", None, None, 0, 0, "person", "added", "person", kind="related"),
        relation(1, 0, measured_child="d1:1", measured_parent="d1:5"),
    )
    tags = (ExportedTag("ab" * 16, "/photos/a b.jpg", "blurry", ADA),)
    labels = (ExportedLabel("mine", "ab" * 16, "/photos/a b.jpg", "wren", ADA),)
    return Content(PROVENANCE, concepts, relations, (ENTRY,), tags=tags, labels=labels)


TEXTS = st.text(max_size=12).map(clean)
AMOUNTS = st.floats(0, 1e6, allow_nan=False).map(short)
SHARES = st.floats(0, 1, allow_nan=False).map(short)

ALIASES = st.builds(
    ExportedAlias, TEXTS, st.sampled_from(["", "de", "en"]), st.none() | st.just(ADA)
)
LABELS = st.builds(ExportedLabel, TEXTS, st.just("ab" * 16), TEXTS, TEXTS, st.none() | st.just(ADA))
PLACES = st.builds(ExportedPlace, TEXTS, st.integers(0, 195), st.tuples(*[AMOUNTS] * 4), AMOUNTS)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Any content: odd names, several parents, hidden and rejected things; no cycles."""
    size = draw(st.integers(1, 7))
    concepts = [
        concept(
            number,
            name=draw(TEXTS),
            named_by=draw(st.sampled_from(["person", "machine", "nobody"])),
            candidates=tuple(
                draw(
                    st.lists(
                        st.builds(
                            ExportedName,
                            TEXTS,
                            st.sampled_from(["noun", ""]),
                            st.none() | SHARES,
                            TEXTS,
                            st.none() | SHARES,
                        ),
                        max_size=3,
                    )
                )
            ),
            status=draw(st.sampled_from(["unreviewed", "accepted", "unsure", "rejected"])),
            status_name=draw(TEXTS),
            hidden=draw(st.booleans()),
            note=draw(TEXTS),
            total=draw(AMOUNTS),
            name_probability=draw(st.none() | SHARES),
            is_doubtful=draw(st.booleans()),
            name_before=draw(TEXTS),
            clarity=draw(st.none() | SHARES),
            has_nothing_in_common=draw(st.booleans()),
            places=tuple(draw(st.lists(PLACES, max_size=2))),
            aliases=tuple(draw(st.lists(ALIASES, max_size=2, unique=True))),
            definition=draw(TEXTS),
            merged_into="d1:0" if number and draw(st.integers(0, 4)) == 0 else "",
            said={"name": ADA} if draw(st.booleans()) else {},
        )
        for number in range(size)
    ]
    pairs = draw(
        st.lists(
            st.tuples(*[st.integers(0, size - 1)] * 2).filter(lambda pair: pair[0] > pair[1]),
            unique=True,
            max_size=12,
        ).map(sorted)
        if size > 1
        else st.just([])
    )
    relations = [
        relation(
            child,
            parent,
            strength=draw(st.none() | SHARES),
            status=draw(st.sampled_from(["unreviewed", "accepted", "rejected", "removed"])),
            decided_by=draw(st.sampled_from(["person", "machine"])),
            kind=draw(st.sampled_from(["", "is-a", "part-of", "related"])),
        )
        for child, parent in pairs
    ]
    labels = tuple(draw(st.lists(LABELS, max_size=2)))
    return Content(PROVENANCE, tuple(concepts), tuple(relations), (ENTRY,), labels=labels)
