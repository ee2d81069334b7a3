"""A finer look at one photo: its codes at twice the size, over all of it, computed when asked for.

Asks the worker and keeps the answer for the photo that is shown. It never goes into a list, a
count or a file: another photo, or the key again, and it is gone.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from insight_app.concepts.codes import Codes
from insight_app.concepts.geometry import Geometry
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.replies import Message, take_arrays
from insight_app.gui.state.session import Session


class FinerLook(QObject):
    """codes: what the finer look found, None while it is off or being computed.

    cell: the one that was clicked in its grid.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.codes: PhotoCodes | None = None
        self.cell: int | None = None
        self._short_side = 0
        self._of: int | None = None
        self._asked: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether a finer look is shown or being computed."""
        return self._of is not None

    @property
    def is_busy(self) -> bool:
        """Whether it is being computed."""
        return self._asked is not None

    def words(self) -> str:
        """Return what is seen now; '' while only the counted codes are."""
        if self.is_busy:
            return "Looking closer…"
        if self.codes is None:
            return ""
        return f"Finer look at {self._short_side} px: not counted in statistics"

    def look(self, counted: PhotoCodes) -> None:
        """Ask for the finer codes of a photo."""
        self.leave()
        path, record = self.session.state.path, counted.record
        if path is None:
            return
        self._of = counted.image_id
        self._asked = self.session.worker.request(
            "encode",
            scope=Scope.RESULTS,
            project=str(path),
            path=str(record.path),
            finer=True,
            device=self.session.settings.get("device"),
            done=partial(self._read, counted),
            failed=self._failed,
        )
        self.changed.emit()

    def leave(self) -> None:
        """Go back to the counted codes."""
        if self._asked is not None:
            self.session.worker.forget(self._asked)
        was_on = self.is_on
        self._of = self._asked = self.codes = self.cell = None
        if was_on:
            self.changed.emit()

    def _read(self, counted: PhotoCodes, reply: Message) -> None:
        results = self.session.state.results
        if counted.image_id != self._of or results is None:
            return
        self._short_side = int(reply["short_side"])
        self.session.jobs.run(
            partial(_read, reply, counted, results.F),
            done=partial(self._show, counted),
            failed=self._failed,
            key="finer look",
        )

    def _show(self, counted: PhotoCodes, read: PhotoCodes) -> None:
        if counted.image_id == self._of:
            self._asked, self.codes = None, read
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._asked = None
        self.leave()
        self.failed.emit(error)


def _read(reply: Message, counted: PhotoCodes, concepts: int) -> PhotoCodes:
    """Read the worker's answer; runs on the pool."""
    arrays = take_arrays(reply)
    codes = Codes(arrays["indptr"], arrays["indices"], arrays["values"], concepts)
    (width, height), (rows, cols) = map(int, arrays["size"]), map(int, arrays["grid"])
    x, y, w, h = map(int, arrays["crop"])
    record = replace(counted.record, geometry=Geometry(width, height, (x, y, w, h), rows, cols))
    found, maxima = codes.maxima()
    return PhotoCodes(counted.image_id, record, codes, found, maxima, arrays["unexplained"])
