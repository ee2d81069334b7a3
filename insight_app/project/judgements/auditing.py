"""What a person can say in an audit: findings, edits of the model that are kept, signatures.

Acts like those of `acts`. What a finding shows and what an edit does are `payloads`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from insight_app.errors import Refusal
from insight_app.project.judgements.acts import Act, Value, prose, title
from insight_app.project.judgements.payloads import (
    Intervention,
    SignedReport,
    View,
    intervention_text,
    signed_text,
    view_text,
)
from insight_app.project.judgements.targets import edit_target, finding_target, signature_target

if TYPE_CHECKING:
    from insight_app.project.judgements.state import PinnedFinding

T = TypeVar("T")
OPEN, CLOSED, REMOVED = "open", "closed", "removed"
"""What became of a finding."""


def new_key() -> str:
    """Return a new uuid for a finding or an edit."""
    return str(uuid4())


def in_order(findings: "Mapping[str, PinnedFinding]") -> "list[tuple[str, PinnedFinding]]":
    """Return the findings that are on the list: open ones first, critical ones before others."""
    there = [(key, one) for key, one in findings.items() if one.is_there]
    return sorted(
        there, key=lambda pair: (pair[1].status != OPEN, not pair[1].is_critical, pair[0])
    )


def pin(finding: str, view: View, comment: str = "", *, is_critical: bool = False) -> Act:
    """Keep what one looks at as a finding (uuid from new_key), with a comment."""
    said: dict[str, Value] = {
        "view": _written(view_text, view),
        "comment": prose(comment, "A comment"),
        "critical": True if is_critical else None,
        "status": OPEN,
    }
    return Act("pin", finding_target(finding), said)


def comment_finding(finding: str, text: str) -> Act:
    """Write what one thinks of a finding; an empty text takes the comment away."""
    return Act("comment-finding", finding_target(finding), {"comment": prose(text, "A comment")})


def judge_critical(finding: str, is_critical: bool) -> Act:
    """Say whether a report can be signed while this finding is open."""
    said = {"critical": True if is_critical else None}
    return Act("critical-finding", finding_target(finding), said)


def close_finding(finding: str, resolution: str = "") -> Act:
    """Say that a finding is settled, and how."""
    said = {"status": CLOSED, "resolution": prose(resolution, "What settled a finding")}
    return Act("close-finding", finding_target(finding), said)


def reopen_finding(finding: str) -> Act:
    """Say that a finding is not settled after all."""
    said = {"status": OPEN, "resolution": None}
    return Act("reopen-finding", finding_target(finding), said)


def remove_finding(finding: str) -> Act:
    """Take a finding off the list; the log keeps it."""
    return Act("remove-finding", finding_target(finding), {"status": REMOVED})


def keep_edit(edit: str, name: str, intervention: Intervention, note: str = "") -> Act:
    """Keep an edit of the model (uuid from new_key) under a name, with its effects."""
    said: dict[str, Value] = {
        "name": title(name, "An edit of the model"),
        "intervention": _written(intervention_text, intervention),
        "note": prose(note, "A note"),
        "kept": True,
    }
    return Act("keep-edit", edit_target(edit), said)


def rename_edit(edit: str, name: str) -> Act:
    """Call a kept edit otherwise."""
    return Act("rename-edit", edit_target(edit), {"name": title(name, "An edit of the model")})


def note_edit(edit: str, text: str) -> Act:
    """Write what one thinks of a kept edit; an empty text takes the note away."""
    return Act("note-edit", edit_target(edit), {"note": prose(text, "A note")})


def discard_edit(edit: str) -> Act:
    """Take an edit off the list; the log keeps it."""
    return Act("discard-edit", edit_target(edit), {"kept": False})


def sign(sha256: str, person: str, report: SignedReport, statement: str = "") -> Act:
    """Put one's name (the person's uuid) under a report, by the SHA-256 of its file."""
    said: dict[str, Value] = {
        "signed": True,
        "report": _written(signed_text, report),
        "statement": prose(statement, "A statement"),
    }
    return Act("sign", signature_target(sha256, person), said)


def withdraw_signature(sha256: str, person: str) -> Act:
    """Take one's own name from under a report."""
    return Act("withdraw-signature", signature_target(sha256, person), {"signed": False})


def _written(write: Callable[[T], str], value: T) -> str:
    try:
        return write(value)
    except ValueError as error:
        raise Refusal(f"This cannot be kept: {error}.", kept="Nothing was changed.") from error
