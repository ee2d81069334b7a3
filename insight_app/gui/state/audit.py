"""Findings of the open project, and its report: pinning, closing, writing and signing.

What is looked at when something is pinned is taken at once; the photo's content, by which the log
knows it, a moment later. Reports are made and read on another thread. Knows no panel.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.gui.state.curation import Curation
from insight_app.gui.state.explaining import Explaining
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.photo_concepts import PhotoConcepts
from insight_app.gui.state.photo_contents import PhotoContents
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.wording import open_file
from insight_app.plain_text import shortened, visible

if TYPE_CHECKING:
    from insight_app.project.judgements import Act
    from insight_app.project.judgements.payloads import View
    from insight_app.project.judgements.state import PinnedFinding
    from insight_app.project.project import Project

LETTERS = 80


class Audit(QObject):
    """report_file: the report that was written last, None before; is_busy: one is being made.

    checked: what the check of a file last said, and whether it is signed as it is; None before.
    """

    changed = Signal()
    """Findings changed, or a report was written."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        explaining: Explaining,
        image_codes: ImageCodes,
        active: PhotoConcepts,
        contents: PhotoContents,
        jobs: Jobs,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation, self._selection = present, curation, selection
        self._explaining, self._contents = explaining, contents
        self._image_codes, self._active = image_codes, active
        self._jobs, self._messages = jobs, messages
        self.report_file: Path | None = None
        self.checked: tuple[str, bool] | None = None
        self.is_busy = False
        curation.changed.connect(lambda _rows, _structure: self.changed.emit())

    # ---- findings

    def findings(self) -> "list[tuple[str, PinnedFinding]]":
        """Return what is on the list: open ones first, critical ones before others."""
        project = self._present().project
        if project is None:
            return []
        from insight_app.project.judgements.auditing import in_order

        return in_order(project.judgements.state.findings)

    def looked_at(self, workspace: str, page: str) -> "View":
        """Return what is looked at now, but for the photo's content."""
        from insight_app.gui.state.looked_at import view_of

        state, image = self._present(), self._selection.image
        explained = self._explaining.explained if workspace == "explain" else None
        codes = None if image is None else self._image_codes.get(image)
        has_codes = codes is not None and codes.codes is not None
        strengths = dict(self._active.active(state, codes)) if codes and has_codes else None
        photo = self._photo_name()
        return view_of(state, self._selection, explained, strengths, photo, workspace, page)

    def pin(self, view: "View", image: int | None, comment: str, is_critical: bool) -> None:
        """Pin what was looked at, and the photo that was; one judgement."""
        if self._curation.refuses():
            return
        done = partial(self._pin, view, image, comment, is_critical)
        if image is None:
            done({})
        else:
            self._contents.ask((image,), done)

    def _pin(
        self,
        view: "View",
        image: int | None,
        comment: str,
        is_critical: bool,
        contents: dict[int, str],
    ) -> None:
        from insight_app.project.judgements import auditing

        content = "" if image is None else contents.get(image, "")
        whole = replace(view, image=content)
        act = auditing.pin(auditing.new_key(), whole, comment, is_critical=is_critical)
        what = "Pinned a critical finding" if is_critical else "Pinned"
        self._curation.judge([act], f"{what}: {shortened(view.told or comment, LETTERS)}")

    def comment(self, key: str, text: str) -> None:
        """Replace what is said of a finding."""
        from insight_app.project.judgements import auditing

        self._judge(key, [auditing.comment_finding(key, text)], "Commented")

    def set_critical(self, key: str, is_critical: bool) -> None:
        """Say whether a report can be signed while it is open."""
        from insight_app.project.judgements import auditing

        said = "Critical" if is_critical else "Not critical"
        self._judge(key, [auditing.judge_critical(key, is_critical)], said)

    def close(self, key: str, resolution: str) -> None:
        """Say that it is settled, and how."""
        from insight_app.project.judgements import auditing

        self._judge(key, [auditing.close_finding(key, resolution)], "Closed")

    def reopen(self, key: str) -> None:
        """Say that it is not settled after all."""
        from insight_app.project.judgements import auditing

        self._judge(key, [auditing.reopen_finding(key)], "Reopened")

    def remove(self, key: str) -> None:
        """Take it off the list."""
        from insight_app.project.judgements import auditing

        self._judge(key, [auditing.remove_finding(key)], "Took off the list")

    def go_to(self, view: "View") -> None:
        """Select what a finding is about; its photo as soon as it is found."""
        from insight_app.project.judgements import parse_concept

        state = self._present()
        known = [one for one in map(parse_concept, view.concepts) if one is not None]
        concepts = [one for one in known if state.row_of(one) is not None]
        if concepts:
            self._selection.select(concepts=concepts)
        if len(concepts) < len(view.concepts):
            self._messages.say("Some of its concepts are not in the present dictionary")
        results = state.results
        if view.image and results is not None:
            from insight_app.project.results.contents import photos_of

            def show(found: dict[str, tuple[int, ...]]) -> None:
                images = found[view.image]
                if images:
                    self._selection.select(image=images[0], cell=view.cell)
                else:
                    self._messages.say("Its photo is not in the project any more")

            self._jobs.run(partial(photos_of, results, [view.image]), done=show, key="finding")

    # ---- the report

    def write(self, file: Path, render: "Callable[[Project], bytes]") -> None:
        """Make a report and write it, over what is there: a person was asked."""
        project = self._present().project
        if project is None or self.is_busy:
            return
        self.is_busy = True
        self.changed.emit()
        self._messages.say("Making the report…")
        self._jobs.run(
            partial(_write, project, file, render), done=self._written, failed=self._failed
        )

    def why_not_signed(self) -> str:
        """Return why no report can be signed, '' if one can."""
        barring = sum(one.bars_signing for _key, one in self.findings())
        if not barring:
            return ""
        are = "1 critical finding is" if barring == 1 else f"{barring:,} critical findings are"
        them = "it" if barring == 1 else "them"
        return f"{are} open: close {them} and write the report anew before anybody signs"

    def sign(self, file: Path, statement: str) -> None:
        """Put one's name under a report's file."""
        project = self._present().project
        if project is not None and not self._curation.refuses():
            self._jobs.run(partial(_signing, project, file, statement), done=self._sign)

    def check(self, file: Path) -> None:
        """Say who signed a file."""
        project = self._present().project
        if project is not None:
            self._jobs.run(partial(_checked, project, file), done=self._tell)

    def _tell(self, checked: tuple[str, bool]) -> None:
        self.checked = checked
        self.changed.emit()
        self._messages.say(checked[0])

    def _sign(self, made: "tuple[Act, str]") -> None:
        act, name = made
        self._curation.judge([act], f"Signed the report {visible(name)}")

    def _written(self, file: Path) -> None:
        self.is_busy = False
        if file.suffix.lower() != ".pdf":
            self.report_file = file
        self.changed.emit()
        self._messages.offer(
            f"Report written: {visible(str(file))}", "Open", partial(open_file, file)
        )

    def _failed(self, error: Exception) -> None:
        self.is_busy = False
        self.changed.emit()
        self._messages.report(error)

    def _judge(self, key: str, acts: "Sequence[Act]", said: str) -> None:
        found = dict(self.findings()).get(key)
        if found is not None:
            what = shortened(found.view.told or found.comment or "a finding", LETTERS)
            self._curation.judge(acts, f"{said}: {what}")

    def _photo_name(self) -> str:
        results, image = self._present().results, self._selection.image
        return "" if results is None or image is None else self._contents.called((image,))


def html(project: "Project") -> bytes:
    """Return a project's report as an HTML file."""
    from insight_app.exchange.audit_report.gathering import gather
    from insight_app.exchange.audit_report.html import page

    return page(gather(project))


def _write(project: "Project", file: Path, render: "Callable[[Project], bytes]") -> Path:
    from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
    from insight_app.files import write_whole

    data = render(project)
    with disk_errors("The report cannot be written", where=file, kept=UNCHANGED, do=ELSEWHERE):
        write_whole(file, lambda open_file: open_file.write(data))
    return file


def _signing(project: "Project", file: Path, statement: str) -> "tuple[Act, str]":
    from insight_app.exchange.audit_report import signing

    data = signing.read(file)
    return signing.act_of(project.judgements, file, data, statement), file.name


def _checked(project: "Project", file: Path) -> tuple[str, bool]:
    """Return what is said of a file, and whether exactly this one is signed."""
    from insight_app.exchange.audit_report import signing

    found = signing.check(project.judgements, signing.read(file))
    return f"{visible(file.name)}: {' '.join(signing.told(found))}", found.is_signed
