"""Pixmaps for panels: now from memory, or a moment later from a thread. Never waits.

Owns the cache in memory and the order of loading (newest wish first, photos before thumbnails).
What a panel no longer asks for is not loaded. Knows nothing of overlays.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap

from insight_app.errors import WorldError
from insight_app.gui.photo_drawing import cover, cut_out, to_qimage
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.photo_files import Stamp, is_changed, stamp_of
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.photos.decoding import Upright
    from insight_app.project.results.records import ImageRecord
    from insight_app.project.results.snapshot import Results

MEMORY_LIMIT = 256 * 2**20
PHOTOS_KEPT = 6
SOURCES_KEPT = 12
WISHES = 400
LOADERS = 2
CUT_FROM = 640
"""Short side of the photos that are kept to cut from, at least."""
LONGEST_SIDE = 4096
"""Bigger photos are shown reduced; the stage scales them by their true size."""


Kind = Literal["thumbnail", "cutout", "photo"]


class Key(NamedTuple):
    """A picture: of which photo, which of its cells (cut-outs), how large in logical pixels.

    around: so many cells wide is a cut-out; 0 = the whole photo.
    """

    kind: Kind
    image: int
    cell: int = 0
    size: int = 0
    around: int = 0


class Pictures(QObject):
    """thumbnail(), cutout() and photo() return a QPixmap, or None and `ready(key)` says when to
    ask again.
    """

    ready = Signal(object)
    """The Key of a picture that is there now, or that turned out to be broken."""
    tried_again = Signal()
    """What could not be loaded may be there now: whoever shows one of these asks once more."""
    forgotten = Signal()
    """Another project is shown: its photos have the same numbers, and other cells."""
    broke = Signal()
    """A photo could not be loaded: it may be gone with its folder."""
    replaced = Signal(int)
    """The file of this photo is another by now: whoever shows the photo asks once more."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._state = ProjectState()
        self._forget()

    def _forget(self) -> None:
        self._cache: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._photos: OrderedDict[Key, QPixmap] = OrderedDict()
        self._wishes: OrderedDict[Key, None] = OrderedDict()
        self._loading: set[Key] = set()
        self._broken: dict[int, Exception] = {}
        self._stamps: dict[Key, Stamp | None] = {}
        """Of the file that each picture in memory was made of."""
        self._changed: set[int] = set()
        self._not_drawable: set[Key] = set()
        self._sources = _Sources()

    def show(self, state: ProjectState) -> None:
        """Load photos of this state; another project forgets all pictures."""
        is_another = state.project is not self._state.project
        if is_another:
            self._forget()
        self._state = state
        self._broken.clear()
        # What was being loaded is not delivered any more: it was asked of the last results.
        self._wishes.update(dict.fromkeys(self._loading))
        self._loading.clear()
        self._not_drawable.clear()
        for image_id in tuple(self._changed):
            self._drop(image_id)  # it may be analyzed by now
        if is_another:
            self.forgotten.emit()
        self._load_next()

    def try_again(self) -> None:
        """Forget which photos could not be loaded: their folder may be back."""
        if self._broken:
            self._broken.clear()
            self.tried_again.emit()

    def drop_older(self, image_id: int, stamp: Stamp | None) -> None:
        """Forget what was made of a photo's file when it had another stamp than now."""
        of_image = [key for key in self._stamps if key.image == image_id]
        if stamp is not None and any(self._stamps[key] != stamp for key in of_image):
            self._drop(image_id)
            self.replaced.emit(image_id)

    def _drop(self, image_id: int) -> None:
        self._changed.discard(image_id)
        self._broken.pop(image_id, None)
        self._sources.drop(image_id)
        self._not_drawable = {key for key in self._not_drawable if key.image != image_id}
        for key in [key for key in self._stamps if key.image == image_id]:
            del self._stamps[key]
            self._photos.pop(key, None)
            if (pixmap := self._cache.pop(key, None)) is not None:
                self._bytes -= _weight(pixmap)

    def is_changed(self, image_id: int) -> bool:
        """Return whether a photo's file was found to be another than the one analyzed."""
        return image_id in self._changed

    def thumbnail(self, image_id: int, size: int) -> QPixmap | None:
        """Return the middle of a photo as a square of `size` logical pixels."""
        return self._get(Key("thumbnail", int(image_id), size=size))

    def cutout(self, image_id: int, cell: int, size: int, around: int) -> QPixmap | None:
        """Return a cell with its surroundings, the cell outlined, as a square: see Key."""
        return self._get(Key("cutout", int(image_id), int(cell), size, around))

    def loaded_cutout(self, image_id: int, cell: int, size: int, around: int) -> QPixmap | None:
        """Return a cut-out that is in memory; it is not loaded for that."""
        return self._cache.get(Key("cutout", int(image_id), int(cell), size, around))

    def photo(self, image_id: int) -> QPixmap | None:
        """Return the whole photo, upright."""
        return self._get(Key("photo", int(image_id)))

    def broken(self, image_id: int) -> str | None:
        """Return why a photo could not be loaded, None if it could or was not tried."""
        error = self._broken.get(image_id)
        return None if error is None else str(error)

    def is_gone(self, image_id: int) -> bool:
        """Return whether a photo could not be loaded because it is not where it was."""
        error = self._broken.get(image_id)
        return isinstance(error, _PhotoGone) or isinstance(
            getattr(error, "__cause__", None), FileNotFoundError
        )

    def _get(self, key: Key) -> QPixmap | None:
        cache = self._photos if key.kind == "photo" else self._cache
        found = cache.get(key)
        if found is not None:
            cache.move_to_end(key)
            return found
        is_new = key not in self._loading | self._not_drawable and key.image not in self._broken
        if self._state.results is not None and is_new:
            self._wishes[key] = None
            self._wishes.move_to_end(key)
            if len(self._wishes) > WISHES:
                self._wishes.popitem(last=False)
            self._load_next()
        return None

    def _load_next(self) -> None:
        project, results = self._state.project, self._state.results
        if project is None or results is None:
            return
        while self._wishes and len(self._loading) < LOADERS:
            photos = [key for key in self._wishes if key.kind == "photo"]
            key = photos[-1] if photos else next(reversed(self._wishes))
            del self._wishes[key]
            self._loading.add(key)
            ratio = _device_pixel_ratio()
            self._jobs.run(
                partial(_load, self._sources, Path(project.path), results, key, ratio),
                done=partial(self._loaded, key),
                failed=partial(self._load_failed, key),
                priority=1 if key.kind == "photo" else 0,
            )

    def _loaded(self, key: Key, loaded: "_Loaded") -> None:
        self._loading.discard(key)
        self._stamps[key] = loaded.stamp
        if loaded.is_changed:
            self._changed.add(key.image)
        if loaded.image is None:
            self._not_drawable.add(key)
        else:
            self._keep(key, QPixmap.fromImage(loaded.image))
        self.ready.emit(key)
        self._load_next()

    def _load_failed(self, key: Key, error: Exception) -> None:
        self._loading.discard(key)
        if key.kind == "cutout" and isinstance(error, IndexError):
            self._not_drawable.add(key)  # a cell of other results; nothing is wrong with the photo
        else:
            self._broken[key.image] = error
            self.broke.emit()
        self.ready.emit(key)
        self._load_next()

    def _keep(self, key: Key, pixmap: QPixmap) -> None:
        if key.kind == "photo":
            self._photos[key] = pixmap
            while len(self._photos) > PHOTOS_KEPT:
                self._stamps.pop(self._photos.popitem(last=False)[0], None)
            return
        self._cache[key] = pixmap
        self._bytes += _weight(pixmap)
        while self._bytes > MEMORY_LIMIT and len(self._cache) > 1:
            oldest, old = self._cache.popitem(last=False)
            self._stamps.pop(oldest, None)
            self._bytes -= _weight(old)


class _Loaded(NamedTuple):
    """A picture; none of a cell where the photo has other cells by now. stamp: of its file."""

    image: QImage | None
    stamp: Stamp | None
    is_changed: bool


class _PhotoGone(WorldError):
    """The results say that a photo is not where it was."""


class _Sources:
    """The photos last decoded for cut-outs: several come from one photo. Used by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._images: OrderedDict[int, Upright] = OrderedDict()

    def get(self, image_id: int, load: "Callable[[], Upright]") -> "Upright":
        with self._lock:
            if image_id in self._images:
                self._images.move_to_end(image_id)
                return self._images[image_id]
        loaded = load()
        with self._lock:
            self._images[image_id] = loaded
            while len(self._images) > SOURCES_KEPT:
                self._images.popitem(last=False)
        return loaded

    def drop(self, image_id: int) -> None:
        with self._lock:
            self._images.pop(image_id, None)


def _load(
    sources: "_Sources", project: Path, results: "Results", key: Key, ratio: float
) -> _Loaded:
    """Read one picture; runs on the pool."""
    record = results.image(key.image)
    if record.status in ("missing", "unreadable"):
        kind = _PhotoGone if record.status == "missing" else WorldError
        raise kind(record.message or "The photo is not there.", where=str(record.path))
    stamp = stamp_of(record.path)
    changed = is_changed(record, stamp)
    if changed and key.kind == "cutout":
        return _Loaded(None, stamp, changed)
    return _Loaded(_draw(sources, project, results, record, key, ratio), stamp, changed)


def _draw(
    sources: "_Sources",
    project: Path,
    results: "Results",
    record: "ImageRecord",
    key: Key,
    ratio: float,
) -> QImage:
    from insight_app.project.photos import photo_file, thumbnails
    from insight_app.project.photos.parts import decode_part

    if key.kind == "photo":
        image = decode_part(photo_file.read_bytes(record.path), record.path, results.part).image
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return to_qimage(image)
    side = round(key.size * ratio)
    if key.kind == "thumbnail":
        small = thumbnails.get(project, record, side, results.part)
        square = cover(small, side)
    else:

        def decode() -> "Upright":
            data = photo_file.read_bytes(record.path)
            part = results.part
            upright = decode_part(data, record.path, part, short_side=CUT_FROM)
            return upright.smaller(CUT_FROM)

        photo = sources.get(key.image, decode)
        square = cut_out(photo, record.geometry, key.cell, side, key.around)
    square.setDevicePixelRatio(ratio)
    return square


def first_thumbnail(project_path: Path, side: int) -> QImage | None:
    """Return the first readable photo of a project that is not open, as a square."""
    from insight_app.project.photos import thumbnails
    from insight_app.project.results.snapshot import Results

    results = Results.open(project_path)
    if results is None:
        return None
    with results:
        coded = results.image_ids(status="coded")
        if not coded.size:
            return None
        first = results.image(int(coded[0]))
    return cover(thumbnails.get(project_path, first, side, results.part), side)


def _weight(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4


def _device_pixel_ratio() -> float:
    screens = QGuiApplication.screens()
    return max((screen.devicePixelRatio() for screen in screens), default=1.0)
