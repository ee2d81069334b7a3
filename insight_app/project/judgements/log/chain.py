"""How the entries of a log build on each other: what each refers to must be there and must fit.

An entry follows others (`follows`), takes one back (`undoes`) and belongs to a group. An undo of
what is not understood is not understood either. An entry that damage took, and that is known to be
lost, is not understood by anybody. Pure; knows no file.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from insight_app.project.judgements.log import kinds
from insight_app.project.judgements.log.entries import Malformed
from insight_app.project.judgements.log.kinds import REDO, UNDO
from insight_app.project.judgements.state import Judgement


class MissingEntry(Malformed):
    """The entry builds on another that is not there."""


def order(entry: Judgement) -> tuple[int, str, str]:
    """Return the key by which all copies of a log sort their entries alike."""
    return entry.lamport, entry.person.uuid, entry.uuid


def checked(entries: Iterable[Judgement], lost: Collection[str]) -> Iterator[Judgement]:
    """Yield the entries of a log, given in its order, marked as understood or not.

    lost: uuids of entries that are known to be lost.
    """
    chain = Chain(lost=lost)
    for entry in entries:
        try:
            yield chain.add(entry)
        except Malformed as error:
            raise type(error)(f"entry {entry.uuid}: {error}") from error


class Chain:
    """The entries met so far, in the log's order. Groups of `others` are known from the start.

    lost: what other entries may build on without its being there.
    """

    def __init__(self, others: Iterable[Judgement] = (), lost: Collection[str] = ()) -> None:
        self._met: dict[str, Judgement] = {}
        self._lost = lost
        self._groups: dict[str, tuple[str, str]] = {}
        for entry in others:
            self._groups[entry.group] = _group(entry)

    def add(self, entry: Judgement) -> Judgement:
        """Take the next entry; return it marked as understood or not.

        Malformed (MissingEntry) where it does not fit (is not there) what it builds on.
        """
        if entry.undoes is not None and entry.undoes not in self._met:
            if entry.undoes not in self._lost:
                raise MissingEntry("it takes back an entry that is not there")
            entry = replace(entry, is_understood=False)
        if self._groups.get(entry.group, _group(entry)) != _group(entry):
            raise Malformed("its group is another person's or of another kind")
        if entry.is_understood and entry.undoes is not None:
            entry = self._taking_back(entry, self._met[entry.undoes])
        if entry.is_understood:
            self._check_follows(entry)
        self._groups[entry.group] = _group(entry)
        self._met[entry.uuid] = entry
        return entry

    def _taking_back(self, entry: Judgement, other: Judgement) -> Judgement:
        """Check an undo or redo against the entry that it takes back."""
        if not other.is_understood:
            return replace(entry, is_understood=False)
        if (entry.kind == REDO) != (other.kind == UNDO) or other.kind == REDO:
            raise Malformed(f"{entry.kind!r} cannot take back {other.kind!r}")
        if entry.person.uuid != other.person.uuid:
            raise Malformed("it takes back what another person said")
        if entry.target != other.target or entry.after.keys() != other.after.keys():
            raise Malformed("it takes back an entry on another target or other fields")
        for values in (entry.before, entry.after):
            if wrong := kinds.value_fault(entry.target, values):
                raise Malformed(wrong)
        return entry

    def _check_follows(self, entry: Judgement) -> None:
        for field, seen in entry.follows.items():
            for uuid in seen:
                other = self._met.get(uuid)
                if other is None and uuid in self._lost:
                    continue
                if other is None:
                    raise MissingEntry("it follows an entry that is not there")
                if other.is_understood and (
                    other.undoes is not None
                    or other.target != entry.target
                    or field not in other.after
                ):
                    raise Malformed(f"{field} of it follows an entry on something else")


def _group(entry: Judgement) -> tuple[str, str]:
    """Return what all entries of a group have in common: the person, and the kind of step."""
    return entry.person.uuid, entry.kind if entry.kind in (UNDO, REDO) else ""
