"""What can be said of what concepts are made of: made, merged, grouped, split, kept apart."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.cli.judging.said import Said, listed, quoted
from insight_app.concepts.composition import Mark
from insight_app.errors import Refusal
from insight_app.figures import percent
from insight_app.plain_text import visible
from insight_app.project import judgements as j
from insight_app.project.judgements import Act, ConceptId
from insight_app.project.judgements.structure import merging

if TYPE_CHECKING:
    from insight_app.cli.judging.drafting import Draft

OF_MEMBERS = frozenset({"unmerge"})
"""Acts that are said of a concept although it is merged into another one."""


def _create(draft: "Draft", name: str, values: Sequence[str]) -> Said:
    made, name = j.own_concept(), _new_name(name, "create")
    return Said(f"Made {quoted(name)}", (j.create(made, name),), ((name, made),))


def _new_name(name: str, act: str) -> str:
    """Return the name of a new concept; Refusal for a number, by which it could not be called."""
    found = " ".join(name.split())
    if found.removeprefix("#").isdecimal():
        raise Refusal(f"“{found}” is a number, no name.", do=f"Type: NAME {act}")
    return found


def _group(draft: "Draft", name: str, values: Sequence[str]) -> Said:
    made, name = j.own_concept(), _new_name(name, "group CHILD...")
    children = draft.rows(values)
    for row in children:
        _must_stand_for_itself(draft, row)
    acts = j.group(made, name, [draft.id(row) for row in children])
    what = listed([draft.called(row) for row in children])
    return Said(f"Grouped {what} under {quoted(name)}", tuple(acts), ((name, made),))


def _ungroup(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    catalogue = draft.catalogue
    if not catalogue.is_persons(row) or catalogue.wholes(row):
        raise Refusal(f"{draft.called(row)} is no group.", do="Of a part: unsplit.")
    children = [draft.id(edge.child) for edge in catalogue.children(row)]
    acts = tuple(j.ungroup(draft.id(row), children))
    return Said(f"Unmade {draft.called(row)}", acts, notes=_released(draft, [row]))


def _released(draft: "Draft", rows: Sequence[int]) -> tuple[str, ...]:
    """Return in words what stands for itself again once concepts are unmade."""
    return tuple(
        f"{draft.called(one)} was merged into {draft.called(row)} and stands for itself again"
        for row in rows
        for one in draft.catalogue.members(row)
    )


def _merge(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    catalogue = draft.catalogue
    members = [one for one in draft.rows(values) if catalogue.holder(one) != row or one == row]
    if not members:  # they are one already: who says it again says nothing new
        members = draft.rows(values)
    elif why := catalogue.merge_refusal(row, members, draft.called):
        raise Refusal(why)
    what = listed([draft.called(one) for one in members])
    aliases = merging.aliases_after(catalogue, row, members)
    acts = j.merge(draft.id(row), [draft.id(one) for one in members], aliases)
    notes = tuple(catalogue.merge_effects(row, members, draft.called))
    return Said(f"Merged {what} into {draft.called(row)}", tuple(acts), notes=notes)


def _unmerge(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    catalogue = draft.catalogue
    holder = catalogue.holder(row)
    members = draft.rows(values) if values else [row] if holder != row else catalogue.members(row)
    for one in members:
        if one == holder or catalogue.holder(one) != holder or (values and holder != row):
            raise Refusal(f"{draft.called(one)} is not merged into {draft.called(row)}.")
    if not members:
        raise Refusal(f"Nothing is merged into {draft.called(row)}.")
    what = listed([draft.called(one) for one in members])
    ids = [draft.id(one) for one in members]
    acts = merging.taken_out(draft.state, ids, draft.came_with_merge)
    return Said(f"Took {what} out of {draft.called(holder)}", tuple(acts))


def _split(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    parts = _parts(draft, values)
    there = draft.catalogue.parts(row)
    if len(parts) < 2 and not there:
        raise Refusal("A concept is split into two parts or more.")
    known = {draft.catalogue.names[one] for one in there} & set(parts)
    if there and (known or not (parts and all(parts.values()))):
        raise Refusal(
            f"{draft.called(row)} is split already.",
            do="A part more needs a name of its own and examples. Or use unsplit first.",
        )
    notes: tuple[str, ...] = ()
    if not any(parts.values()):
        notes = _propose(draft, row, parts)
    drafts = [(j.own_concept(), name, marks) for name, marks in parts.items()]
    if there:
        acts = [act for one in drafts for act in j.add_part(draft.id(row), *one)]
    else:
        acts = j.split(draft.id(row), drafts)
    made = tuple((name, part) for part, name, _ in drafts)
    names = listed([quoted(name) for name in parts])
    more = f"{names} too" if there else names
    return Said(f"Split {draft.called(row)} into {more}", tuple(acts), made, notes)


def _propose(draft: "Draft", row: int, parts: dict[str, list[Mark]]) -> tuple[str, ...]:
    """Fill in the examples that its photos propose; return in words what they are."""
    from insight_app.project.similarity import splitting
    from insight_app.project.similarity.basis import open_basis
    from insight_app.project.similarity.listing import listing

    if len(parts) not in (2, 3):
        raise Refusal("Without examples a concept is split into two parts or three.")
    basis = open_basis(draft.results)
    found = splitting.propose(basis, listing(draft.catalogue), row, len(parts))
    notes = []
    for name, part in zip(parts, found.parts, strict=True):
        parts[name] += splitting.marks(draft.results, part.examples)
        paths = [draft.results.image(one.image_id).path.name for one in part.examples]
        cells = [f"{visible(path)}#{one.cell}" for path, one in
                 zip(paths, part.examples, strict=True)]  # fmt: skip
        notes.append(f"{quoted(name)}: {percent(part.share)}, such as {', '.join(cells)}")
    return (*notes, found.in_words)


def _parts(draft: "Draft", values: Sequence[str]) -> dict[str, list[Mark]]:
    """Return the parts that are typed as NAME PHOTO#CELL PHOTO#CELL NAME PHOTO#CELL."""
    parts: dict[str, list[Mark]] = {}
    name = ""
    for value in values:
        place = draft.photos.mark_or_none(value)
        if place is None:
            name = " ".join(value.split())
            if name in parts:
                raise Refusal(f"Two parts are called “{quoted(name)}”.")
            parts[name] = []
        elif not name:
            raise Refusal("The name of a part comes before its examples.")
        else:
            parts[name].append(place)
    return parts


def _unsplit(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    there = draft.catalogue.parts(row)
    parts = draft.rows(values) if values else there
    for one in parts:
        if one not in there:
            raise Refusal(f"{draft.called(one)} is no part of {draft.called(row)}.")
    if not parts:
        raise Refusal(f"{draft.called(row)} is not split.")
    whole = " is whole again" if len(parts) == len(there) else (
        f" has {listed([draft.called(one) for one in parts])} no more as a part")  # fmt: skip
    acts = tuple(j.unsplit(draft.id(row), [draft.id(one) for one in parts]))
    return Said(f"{draft.called(row)}{whole}", acts, notes=_released(draft, parts))


def _of_pairs(make: Callable[[ConceptId, ConceptId], Act], word: str) -> "Say":
    def say(draft: "Draft", row: int, values: Sequence[str]) -> Said:
        others = draft.rows(values)
        what = listed([draft.called(one) for one in (row, *others)])
        acts = tuple(make(draft.id(row), draft.id(one)) for one in others)
        return Said(f"{what} {word}", acts)

    return say


def _must_stand_for_itself(draft: "Draft", row: int) -> None:
    if (holder := draft.catalogue.holder(row)) != row:
        raise Refusal(f"{draft.called(row)} is merged into {draft.called(holder)}.")


Say = Callable[["Draft", int, Sequence[str]], Said]
SAID: Mapping[str, Say] = {
    "ungroup": _ungroup,
    "merge": _merge,
    "unmerge": _unmerge,
    "split": _split,
    "unsplit": _unsplit,
    "keep-apart": _of_pairs(j.keep_apart, "only look alike"),
    "allow-together": _of_pairs(j.allow_together, "may be one"),
}
OF_NEW: Mapping[str, Callable[["Draft", str, Sequence[str]], Said]] = {
    "create": _create,
    "group": _group,
}
"""Acts that are said of the name of a new concept."""
