"""The wizard: photos, encoder and dictionary, name and place, on one page.

Beside the questions stands what was found in a folder of released files. Makes nothing: the session
does, with the Plan this dialog returns; an encoder and a dictionary of one's own are tried before.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from insight_app.concepts.hsae import views_for
from insight_app.figures import counted
from insight_app.gui.dialogs.wizard.counting import CountedPhotos
from insight_app.gui.dialogs.wizard.dictionary import TRAIN, DictionaryPart
from insight_app.gui.dialogs.wizard.encoder import EncoderPart
from insight_app.gui.dialogs.wizard.findings import FindingsView
from insight_app.gui.dialogs.wizard.found import FoundDictionary
from insight_app.gui.dialogs.wizard.part import Questions
from insight_app.gui.dialogs.wizard.photos import PhotosPart
from insight_app.gui.dialogs.wizard.place import PlacePart
from insight_app.gui.dialogs.wizard.questionnaire import Questionnaire
from insight_app.gui.state.analysis_control import Plan, holds_dictionary
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, restyle
from insight_app.gui.wording import time_left, words

USUAL_CELLS = 196
"""Of a photo: by that the number of views to learn from is reckoned."""
LEARNING_SECONDS = 90
START_SECONDS = 10
WIDTH = 600
LEAST_HEIGHT = 400
"""Pixels to which the page can be made smaller; the questions are scrolled then."""
FITS_ALREADY = ("builtin", "builtin-views")
"""The encoders and the dictionary that come with Insight need no trying."""


class NewProjectDialog(QDialog):
    """Three questions with their usual answers chosen; `dictionary`: a folder to start from."""

    def __init__(
        self,
        session: Session,
        folders: Sequence[Path] = (),
        parent: QWidget | None = None,
        *,
        dictionary: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.questions = Questions(session.worker)
        self._trying: int | None = None
        self._trouble = ""
        self._importing = ""
        self._was_suited = False
        self.setWindowTitle("New project" if dictionary is None else "Open released files")
        self.setAcceptDrops(True)
        self.photos = PhotosPart(session, self)
        self.encoder = EncoderPart(self.questions, session.settings, self)
        self.dictionary = DictionaryPart(self.questions, session.settings, self)
        self.place = PlacePart(session.settings, self)
        self.findings = FindingsView(self)
        self.side_line = QFrame(self)
        self._lay_out()
        for part in (self.photos, self.encoder, self.dictionary, self.place):
            part.changed.connect(self._changed)
            part.learned.connect(self._follow)
        self.encoder.busy.connect(self._set_importing)
        self.encoder.failed.connect(self._show_trouble)
        self.accepted.connect(self.place.remember)
        self.finished.connect(lambda _result: self.questions.forget_all())
        self.finished.connect(lambda _result: self.photos.stop_counting())
        for folder in folders:
            self.photos.add_folder(folder)
        if dictionary is not None:
            self.dictionary.use_folder(dictionary)
        self._changed()

    def _lay_out(self) -> None:
        across = QHBoxLayout()
        across.setSpacing(20)
        self.area = Questionnaire(WIDTH, self)
        column = self.area.column
        column.setSpacing(16)
        column.addWidget(self.photos)
        model = QVBoxLayout()
        model.setSpacing(8)
        model.addWidget(self.encoder)
        model.addWidget(self.dictionary)
        column.addLayout(model)
        column.addWidget(self.place)
        column.addStretch(1)
        across.addWidget(self.area, 1)
        self.side_line.setFrameShape(QFrame.Shape.NoFrame)
        self.side_line.setProperty("upright", True)
        self.side_line.setFixedWidth(1)
        across.addWidget(self.side_line)
        across.addWidget(self.findings)
        page = self._page = QVBoxLayout(self)
        page.setContentsMargins(24, 20, 24, 16)
        page.setSpacing(12)
        page.addLayout(across, 1)
        self.message = PlainLabel("", self)
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.message.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        page.addWidget(self.message)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        keeps = self.bar.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps)
        page.addWidget(self.bar)
        self.buttons = QDialogButtonBox(self)
        self.begin = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self.begin.setProperty("primary", True)
        restyle(self.begin)
        self.begin.setDefault(True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        page.addWidget(self.buttons)

    # ---- answers

    def plan(self) -> Plan:
        """Return what was chosen."""
        concepts, k = self.dictionary.sizes()
        return Plan(
            self.photos.folders(),
            self.place.place(),
            self.encoder.name,
            self.dictionary.answer(),
            self.encoder.options(),
            patterns=self.photos.patterns.patterns(),
            unset_threshold=self.dictionary.unset_threshold(),
            concepts=concepts,
            k=k,
            page=self.photos.several.page.value(),
            channels=tuple(self.photos.several.channels()),
        )

    def add_folder(self, folder: Path) -> None:
        """Add a folder of photos, or one that holds a dictionary or released files."""
        if holds_dictionary(folder):
            self.dictionary.use_folder(folder)
        else:
            self.photos.add_folder(folder)

    def refusal(self) -> str:
        """Return why the project cannot be started yet; '' if it can."""
        folders, missing = self.photos.folders(), self.encoder.missing()
        if not folders and not self.dictionary.is_folder:
            return "Choose at least one folder of photos."
        found = self.photos.found
        if folders and found is not None and not found.photos:
            return found.why_none
        if folders and (refusal := self.photos.several.refusal()):
            return refusal
        if self._importing:
            return self._importing
        if not self.encoder.is_known:
            return "Looking which models and weights there are…"
        if folders and missing:
            later = " Or leave the photos out for now." if self.dictionary.is_folder else ""
            return f"The encoder needs a file: {_listed(missing)}.{later}"
        return self.dictionary.refusal() or self.fits() or self.place.refusal()

    def fits(self) -> str:
        """Return why encoder and dictionary do not fit; '' if they do, or it is not known."""
        found, size = self.dictionary.found, self.encoder.token_dim()
        if not self.dictionary.is_folder or not isinstance(found, FoundDictionary):
            return ""
        if size is None or size == found.token_dim:
            return ""
        return (
            f"The dictionary reads tokens of {found.token_dim:,} numbers, this encoder writes "
            f"{size:,}."
        )

    # ---- what happens

    def _changed(self) -> None:
        """Follow an answer of the person; what was wrong before is shown no longer."""
        self._trouble = ""
        self._follow()

    def _follow(self) -> None:
        self.dictionary.set_encoder(self.encoder.name)
        self.dictionary.training.set_photos(self.photos.found.photos if self.photos.found else 0)
        self._suit_encoder()
        for named in (*self.photos.folders()[:1], self.dictionary.path):
            if named is not None:
                self.place.suggest(named.name)
                break
        self._show_findings()
        self._update()
        QTimer.singleShot(0, self._fit)

    def _fit(self) -> None:
        """Make room for rows that came, and none for those that went; stay on the screen."""
        self.area.settle()
        self._page.invalidate()
        self._page.activate()
        hint, free = self.sizeHint(), self.screen().availableGeometry()
        frame = self.frameGeometry().height() - self.height()
        height, width = min(hint.height(), free.height() - frame), hint.width()
        if height < hint.height():
            width += self.area.verticalScrollBar().sizeHint().width()
        self.setMinimumSize(width, min(height, LEAST_HEIGHT))
        self.resize(width, height)
        below = self.frameGeometry().top() + height + frame - 1 - free.bottom()
        if self.isVisible() and below > 0:
            self.move(self.x(), max(free.top(), self.y() - below))

    def _suit_encoder(self) -> None:
        """Choose, once it is known what a folder's dictionary reads, an encoder that fits it."""
        found = self.dictionary.found
        is_known = self.encoder.offer.is_complete and not self._was_suited
        if isinstance(found, FoundDictionary) and is_known:
            self._was_suited = True
            self.encoder.choose_for(found.token_dim)

    def _show_findings(self) -> None:
        shown, found = self.dictionary.is_folder, self.dictionary.found
        self.findings.setVisible(shown)
        self.side_line.setVisible(shown)
        path = self.dictionary.path
        if not shown or path is None:
            return
        if isinstance(found, FoundDictionary):
            self.findings.show_findings(path, found, self.encoder.title(), self.fits())
        elif found is None:
            self.findings.show_reading(path)
        else:
            self.findings.show_error(path, found)

    def _update(self) -> None:
        refusal = self.refusal()
        is_busy = self._trying is not None or bool(self._importing)
        self.begin.setEnabled(not refusal and not is_busy)
        self.bar.setVisible(is_busy or self.dictionary.is_reading)
        self.photos.show_words(self._photo_words())
        text = self._trouble or refusal or self._outlook()
        if self._trying is not None:
            text = "Loading the encoder and comparing it with the dictionary…"
        self._show_message(text, bool(self._trouble))

    def _photo_words(self) -> str:
        if not self.photos.folders():
            if self.dictionary.is_folder:
                return "Add photos now, or later: names and relations need none."
            return "Add a folder, or drop one here. Photos stay where they are."
        found = self.photos.found or CountedPhotos()
        looks = found.photos
        if self.dictionary.kind == TRAIN:
            looks += found.photos * views_for(found.photos, USUAL_CELLS)
        seconds = START_SECONDS + looks * self.encoder.info.seconds_a_photo
        if self.dictionary.kind == TRAIN:
            seconds += LEARNING_SECONDS
        photos = counted(found.photos, "photo")
        if found.left_out:
            photos += f", {found.left_out:,} left out"
        if not found.photos:
            return photos
        return f"{photos}, about {time_left(seconds)} to analyze, the start included"

    def _outlook(self) -> str:
        """Return what Start will do."""
        text = f"Will be made as {self.place.place()}"
        missing = self.encoder.missing()
        if missing:
            text += (
                f"\nNames and relations can be looked at and corrected at once. Photos can be "
                f"analyzed when there is a file: {_listed(missing)}."
            )
        return text

    def _show_message(self, text: str, is_wrong: bool) -> None:
        self.message.setText(text)
        self.message.setProperty("wrong", is_wrong)
        self.message.setProperty("dim", not is_wrong)
        restyle(self.message)

    def _show_trouble(self, error: Exception) -> None:
        self._trying = None
        self._trouble = words(error)
        self._update()

    def _set_importing(self, text: str) -> None:
        self._importing = text
        self._update()

    # ---- starting

    def _accept(self) -> None:
        if self.refusal() or self._trying is not None:
            return
        plan = self.plan()
        is_own = self.dictionary.is_folder
        comes_along = plan.encoder in FITS_ALREADY and not is_own
        if comes_along or self.encoder.missing():
            self.accept()  # nothing to try, or nothing to try it with
            return
        arguments = {
            "encoder": plan.encoder,
            "encoder_options": dict(plan.encoder_options),
            "device": self.session.settings.get("device"),
        }
        if is_own:
            arguments["dictionary"] = plan.dictionary
            arguments["unset_threshold"] = plan.unset_threshold
        self._trouble = ""
        self._trying = self.questions.ask(
            "check_encoder",
            arguments,
            lambda _reply: self.accept(),
            self._show_trouble,
        )
        self._update()

    def reject(self) -> None:
        """Cancel what is being tried, else the dialog."""
        if self._trying is not None:
            self.questions.forget(self._trying)
            self._trying = None
            self._update()
        else:
            super().reject()

    def changeEvent(self, event: QEvent) -> None:
        """Look again, when one comes back to this page, for weights that were fetched elsewhere."""
        super().changeEvent(event)
        is_back = event.type() == QEvent.Type.ActivationChange and self.isActiveWindow()
        if is_back and self.encoder.missing() and not self._importing:
            self.encoder.ask()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            self.add_folder(path if path.is_dir() else path.parent)
        event.acceptProposedAction()


def _listed(titles: Sequence[str]) -> str:
    return " and ".join(titles)
