"""An entry of the log as it is written, and the judgement that it states.

The one place that tells an entry from what is none: a row of the database, a line of a file and an
entry about to be written all pass here. What an entry refers to is not looked at (`chain`).

    malformed        no version of Insight writes this: it is refused where it comes from outside,
                     and is damage in a database
    not understood   a kind or a payload version that is not in `kinds.VERSIONS`, or a target with a
                     reserved beginning of which that kind says nothing: a newer Insight wrote it.
                     It stays in the log as it is written, and is not applied.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from insight_app.plain_json import dumps
from insight_app.project.judgements.log import kinds
from insight_app.project.judgements.log.kinds import REDO, UNDO
from insight_app.project.judgements.state import Judgement, Person
from insight_app.project.judgements.targets import signer_of

Written = Mapping[str, Any]
"""An entry by the columns of the log; before, after and follows are JSON texts."""
PAYLOAD = ("before", "after", "follows")
LARGEST = 2**63 - 1
"""The largest number that a database takes."""


class Malformed(ValueError):
    """What is wrong with something that should be an entry, as the end of a sentence."""


@dataclass(frozen=True)
class Incoming:
    """An entry of another log: its place there (from 1), as it is written, what it states."""

    number: int
    written: Written
    judgement: Judgement


def read(written: Written) -> Judgement:
    """Return the judgement that an entry states, by itself; Malformed if it is none."""
    kind, version = _text(written, "kind"), _whole(written, "version")
    undoes = None if written["undoes"] is None else _text(written, "undoes")
    target = _text(written, "target")
    before, after, follows = (_object(written, name) for name in PAYLOAD)
    is_known = kinds.is_understood(kind, version, target)
    if is_known:
        _check_fields(before, after, follows)
        follows = {field: tuple(seen) for field, seen in follows.items()}
        if (undoes is not None) != (kind in (UNDO, REDO)):
            raise Malformed(f"the kind {kind!r} {'needs' if undoes is None else 'has no'} undoes")
        if undoes is None:
            wrong = kinds.fault(kind, target, after) or kinds.value_fault(target, before)
            if wrong:
                raise Malformed(wrong)
        if signer_of(target) not in ("", written["person_uuid"]):
            raise Malformed("it signs in the name of another person")
    return Judgement(
        uuid=_text(written, "uuid"),
        person=Person(_text(written, "person_uuid"), _text(written, "person_name", empty=True)),
        lamport=_whole(written, "lamport"),
        utc=_time(written),
        kind=kind,
        version=version,
        target=target,
        before=before,
        after=after,
        follows=follows,
        undoes=undoes,
        group=_text(written, "group_uuid"),
        text=_text(written, "text", empty=True),
        is_understood=is_known,
    )


def write(judgement: Judgement) -> Written:
    """Return how a judgement of one's own is written; ValueError if it could not be read again."""
    written = {
        "uuid": judgement.uuid,
        "person_uuid": judgement.person.uuid,
        "person_name": judgement.person.name,
        "lamport": judgement.lamport,
        "utc": judgement.utc.isoformat(),
        "kind": judgement.kind,
        "version": judgement.version,
        "target": judgement.target,
        "before": dumps(judgement.before),
        "after": dumps(judgement.after),
        "follows": dumps(judgement.follows),
        "undoes": judgement.undoes,
        "group_uuid": judgement.group,
        "text": judgement.text,
    }
    try:
        if not read(written).is_understood:
            raise Malformed(f"nothing can be said of the target {judgement.target!r} yet")
    except Malformed as error:
        raise ValueError(f"this cannot be judged: {error}") from error
    return written


def _check_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], follows: Mapping[str, Any]
) -> None:
    if not before.keys() == after.keys() == follows.keys():
        raise Malformed("before, after and follows do not hold the same fields")
    for field, seen in follows.items():
        if not isinstance(seen, list) or not all(isinstance(uuid, str) and uuid for uuid in seen):
            raise Malformed(f"follows holds no list of entries for {field!r}")
        if len(set(seen)) < len(seen):
            raise Malformed(f"follows names an entry twice for {field!r}")


def _text(written: Written, name: str, *, empty: bool = False) -> str:
    value = written[name]
    if not isinstance(value, str) or not (value or empty):
        raise Malformed(f"{name} is not a text")
    _check_unicode(name, value)
    return value


def _whole(written: Written, name: str) -> int:
    value = written[name]
    if type(value) is not int or not 1 <= value <= LARGEST:  # True is an int too
        raise Malformed(f"{name} is not a number from 1 on")
    return value


def _time(written: Written) -> datetime:
    try:
        time = datetime.fromisoformat(_text(written, "utc"))
    except ValueError as error:
        raise Malformed("utc is not a time") from error
    # The borders leave room for every time zone that it may be shown in.
    if time.tzinfo is None or not 1970 <= time.year < 9999:
        raise Malformed("utc is not a time of a known zone")
    return time


def _object(written: Written, name: str) -> dict[str, Any]:
    text = written[name]
    try:
        value = _JSON.decode(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed(f"{name} is not JSON") from error
    # Written as one line, as the log's lines are.
    if not isinstance(value, dict) or "\n" in text or "\r" in text:
        raise Malformed(f"{name} is not an object of fields on one line")
    if "\\u" in text:
        _check_unicode(name, dumps(value))
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is there twice")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_constant=_refuse)


def _check_unicode(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"{name} is not Unicode") from error
