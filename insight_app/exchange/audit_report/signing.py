"""Putting a name under a report, and telling later whether a file still is what was signed.

A signature is a judgement that names the SHA-256 of the file. It proves no identity: whoever can
write the project's log can sign as they are called.
"""

import hashlib
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.exchange.audit_report.html import CRITICAL_META, PROJECT_META, REPORT_META
from insight_app.exchange.audit_report.source import moment
from insight_app.figures import agreeing, counted
from insight_app.files import read_regular
from insight_app.project.judgements import Act, Judgement
from insight_app.project.judgements.auditing import OPEN, sign
from insight_app.project.judgements.payloads import SignedReport
from insight_app.project.judgements.store import Judgements
from insight_app.project.judgements.targets import signature_target

MOST_BYTES = 256 << 20
_HEAD = 4096


@dataclass(frozen=True)
class SignedBy:
    """State who signed, when, and whether the signature was withdrawn."""

    person: str
    when: str
    is_signed: bool
    statement: str
    entries_since: int


@dataclass(frozen=True)
class Checked:
    """State what a file is to a project. report: its id, '' if it is none of this project.

    signatures: under exactly this file.  others: how many signatures there are under files of the
    same report that are not this one: it was changed since, or made anew.
    """

    sha256: str
    report: str
    project: str
    signatures: tuple[SignedBy, ...]
    others: int

    @property
    def is_signed(self) -> bool:
        return any(one.is_signed for one in self.signatures)


def read(file: Path) -> bytes:
    """Return the bytes of a report's file. WorldError where it cannot be read."""
    with disk_errors("The report cannot be read", where=file):
        return read_regular(file, MOST_BYTES, follow_links=True)


def act_of(judgements: Judgements, file: Path, data: bytes, statement: str = "") -> Act:
    """Return the judgement that signs a report.

    Refusal while pinned critical findings are open, for a report that says that they are, and for
    what is no report of this project.
    """
    refuse_while_critical(judgements)
    report, project = _ids(data)
    if not report:
        raise Refusal(
            "This is not a report that Insight wrote.",
            where=str(file),
            kept="Nothing was signed.",
            do="Make one: insight-app report PROJECT -o FILE.html",
        )
    if project != judgements.project:
        raise Refusal(
            "This report is of another project.",
            where=str(file),
            kept="Nothing was signed.",
            do="Open the project that it is of, and sign it there.",
        )
    if (critical := _meta(data, CRITICAL_META)) != "0":
        raise Refusal(
            "This report was made while a critical finding was open, and says so."
            if critical
            else "This report does not say that no critical finding was open when it was made.",
            where=str(file),
            kept="Nothing was signed.",
            do="Write the report anew, and sign that one.",
        )
    still = sum(one.status == OPEN for one in dict(judgements.state.findings).values())
    head = judgements.head
    signed = SignedReport(report, file.name, "" if head is None else head.text, still)
    return sign(hashlib.sha256(data).hexdigest(), judgements.person.uuid, signed, statement)


def refuse_while_critical(judgements: Judgements) -> None:
    """Raise Refusal while pinned critical findings are open."""
    found = [one for one in dict(judgements.state.findings).values() if one.bars_signing]
    if found:
        what = f"{counted(len(found), 'critical finding')} {agreeing(len(found), 'is', 'are')} open"
        raise Refusal(
            f"{what}, so no report can be signed.",
            kept="Nothing was signed.",
            do="Close them, saying how they were settled, and make the report anew.",
        )


def check(judgements: Judgements, data: bytes) -> Checked:
    """Return what a file is to a project: who signed exactly this one."""
    report, project = _ids(data)
    sha256 = hashlib.sha256(data).hexdigest()
    state = dict(judgements.state.signatures)
    own = [
        _signed(
            judgements.history(signature_target(sha256, person)), judgements.count, one.is_signed
        )
        for (digest, person), one in state.items()
        if digest == sha256
    ]
    others = sum(
        digest != sha256 and one.report is not None and one.report.report == report
        for (digest, _person), one in state.items()
    )
    signatures = tuple(one for one in own if one is not None)
    return Checked(
        sha256, report if project == judgements.project else "", project, signatures, others
    )


def told(found: Checked) -> list[str]:
    """Return in words what `check` found."""
    lines = []
    for one in found.signatures:
        what = "signed exactly this file" if one.is_signed else "signed this file and withdrew that"
        lines.append(
            f"{one.person} {what}, {one.when}." + (f" “{one.statement}”" if one.statement else "")
        )
        if one.is_signed and one.entries_since:
            newer = counted(one.entries_since, "judgement")
            are = agreeing(one.entries_since, "is", "are")
            lines.append(f"{newer} of this project {are} newer than that.")
    if lines:
        return lines
    if found.others:
        lines.append(
            "This is NOT the file that was signed: it was changed since, or it is another copy of "
            "that report."
        )
    elif not found.report and found.project:
        lines.append("This is a report of another project.")
    elif not found.report:
        lines.append("This is not a report that Insight wrote.")
    else:
        lines.append("Nobody signed this file.")
    return lines


def _signed(history: list[Judgement], entries: int, is_signed: bool) -> SignedBy | None:
    if not history:
        return None
    last = history[-1]
    statement = next(
        (str(one.after["statement"]) for one in reversed(history) if one.after.get("statement")), ""
    )
    return SignedBy(
        last.person.name, moment(last.utc), is_signed, statement, max(0, entries - last.lamport)
    )


def _ids(data: bytes) -> tuple[str, str]:
    """Return (report, project) that the head of a file names, '' for none."""
    return _meta(data, REPORT_META), _meta(data, PROJECT_META)


def _meta(data: bytes, name: str) -> str:
    """Return what a line of a file's head says, '' where there is none."""
    head = data[:_HEAD].decode("utf-8", "replace")
    found = re.search(rf'<meta name="{name}" content="([^"]*)">', head)
    return "" if found is None else unescape(found[1])
