"""The photos of the project as thumbnails: all, those of a folder, or those with a concept.

With a concept selected its photos come strongest first; asked for, the least explained first.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.present_concept import PresentConcept, Version, selected
from insight_app.gui.finding.hits import NOTHING, NOTHING_FOUND, FoundHits, Hit, found_concepts
from insight_app.gui.finding.search import SearchField
from insight_app.gui.grid_view import GridView
from insight_app.gui.panel import Panel
from insight_app.gui.photo.label_bar import LabelBar
from insight_app.gui.photo.no_photos import WAITING, show_buttons, why_none
from insight_app.gui.photo.thumbnails import (
    GAP,
    ListedPhotos,
    ThumbnailDelegate,
    ThumbnailModel,
    list_photos,
)
from insight_app.gui.state.lists import OfferedPhotos
from insight_app.gui.state.pictures import Key
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import EmptyState
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.concepts.quality.unexplained import Unexplained
    from insight_app.project.judgements import ConceptId

SMALLEST = 96
FILTER = "folder, tag, label or concept"
UNLABELLED = ""
NO_PHOTOS = "No photos in this project yet. Add a folder to see where its concepts fire."


@dataclass(frozen=True)
class Listing:
    """Which photos are listed, or being read: those with a concept, those of some folders.

    contents: of the photos with a tag.  labelled: the photos of a label and True, or those with any
    and False: all others are listed.  by: what puts the least explained first.
    """

    concept: Version | None = None
    folders: tuple[int, ...] = ()
    contents: frozenset[str] | None = None
    labelled: tuple[frozenset[int], bool] | None = None
    by: "Unexplained | None" = None


class ThumbnailsPanel(Panel):
    """The photos one can choose."""

    title = "Images"
    object_name = "thumbnails"
    follows = frozenset({"project", "results", "selection", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.folders: tuple[int, ...] = ()
        self.tag = ""
        """The tag whose photos are listed, '' for those with any or none."""
        self.label: str | None = None
        """The class whose photos are listed, UNLABELLED for those of none, None for all."""
        self._asked: tuple[int, Listing] | None = None
        """The generation and the listing that were read last, or are being read."""
        self._shown: Listing | None = None
        self._all_of: ConceptId | None = None
        """The concept of which all photos are listed, also those without it."""
        self.filter = SearchField(self._hits, self)
        self.filter.setPlaceholderText(FILTER)
        self.filter.setAccessibleName("Filter photos by folder, tag, label or concept")
        self.filter.line.left.connect(self._filter_left)
        self.model = ThumbnailModel(session, self)
        self.view = GridView(SMALLEST + GAP, self)
        self.delegate = ThumbnailDelegate(session, self.model, self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setAccessibleName("Photos")
        self.view.setModel(self.model)
        self.view.setSelectionMode(GridView.SelectionMode.ExtendedSelection)
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self.empty = EmptyState(WAITING, self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.choose_folders = self.empty.add_action(session.actions, "analysis.folders")
        self.body.addSpacing(8)
        self.body.addWidget(self.filter)
        self.labels = LabelBar(session, self.view, lambda: self.chosen_images, self)
        self.labels.hide()
        self.filter.setContentsMargins(8, 0, 8, 0)
        self.body.addSpacing(8)
        self.body.addWidget(self.labels)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.all = QToolButton(self)
        self.all.setText("All")  # no cross: the panel's own is beside it
        self.all.setCheckable(True)
        self.all.setToolTip("List all photos, whatever the concept and the folder; again: only its")
        self.all.setAccessibleName("List all photos")
        self.all.clicked.connect(self.show_all)
        self.header.add(self.all)
        self.least = QToolButton(self)
        self.least.setDefaultAction(session.actions["photos.unexplained"])
        self.least.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.least.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.add(self.least)
        session.actions.add(
            "photos.tag", "&Tags…", "T", self.edit_tags, context="Photo", panel=self, icon="tag",
            tip="Put words on the selected photos, or take them off",
        )  # fmt: skip
        labelling = session.actions.add(
            "photos.label", "&Label photos", "Shift+T", self._label_photos, context="Photo",
            panel=self, icon="tag", checkable=True,
            tip="Say what photos show: 1 to 9 label the selected ones, 0 takes a label off",
        )  # fmt: skip
        self.label_button = QToolButton(self)
        self.label_button.setDefaultAction(labelling)
        self.label_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.label_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.add(self.label_button)
        self.labels.labelled.connect(self._go_on)
        self.labels.unlabelled_wanted.connect(self._list_unlabelled)
        session.labelling.changed.connect(self._labels_changed)
        session.unexplained.changed.connect(self._unexplained_changed)
        session.pictures.ready.connect(self._picture_ready)
        session.pictures.tried_again.connect(self.view.viewport().update)
        session.pictures.replaced.connect(lambda _image: self.view.viewport().update())
        self.refresh_while_empty()
        session.lists.offer(OfferedPhotos(self.object_name, self.isVisible, self.has_keyboard))

    # ---- which photos

    def show_all(self, on: bool = True) -> None:
        """List the photos of every folder, whatever is in them; what is selected stays so."""
        self.folders, self.tag, self.label = (), "", None
        self._tick_unlabelled()
        self._all_of = self.session.selection.primary if on else None
        self.invalidate()

    @property
    def _concept(self) -> PresentConcept | None:
        """The concept whose photos are listed, None where all are."""
        selection = self.session.selection
        if selection.is_given or selection.primary == self._all_of:
            return None
        return selected(self.session)

    def _least_explained(self) -> "Unexplained | None":
        """Return what puts the least explained first, where that is wanted and known."""
        findings = self.session.unexplained
        if not findings.orders_photos:
            return None
        findings.want()
        return findings.found

    def _unexplained_changed(self) -> None:
        findings = self.session.unexplained
        self.least.defaultAction().setChecked(findings.orders_photos)
        if findings.orders_photos and findings.error is not None:
            self.show_error(findings.error, "Try again", findings.look_again)
        if self._asked is not None and self._asked[1].by is not self._wanted_order():
            self.invalidate()

    def _wanted_order(self) -> "Unexplained | None":
        findings = self.session.unexplained
        return findings.found if findings.orders_photos else None

    def show_folder(self, folder: int) -> None:
        """Show the photos of one folder."""
        self.folders = (folder,)
        self.invalidate()

    def show_tag(self, tag: str) -> None:
        """Show the photos that have a tag."""
        self.tag = tag
        self.invalidate()

    # ---- labels

    def show_label(self, class_name: str) -> None:
        """Show the photos of a class; of UNLABELLED those that have none."""
        self.label = class_name
        self._tick_unlabelled()
        self.invalidate()

    def _label_photos(self) -> None:
        """Show the bar for labelling, or hide it."""
        is_shown = self.session.actions["photos.label"].isChecked()
        self.labels.setVisible(is_shown)
        self.model.shows_labels = is_shown
        if is_shown:
            self.view.setFocus()
        elif self.label is not None:
            self.label = None
            self._tick_unlabelled()
            self.invalidate()
        self.view.viewport().update()

    def _list_unlabelled(self, on: bool) -> None:
        self.label = UNLABELLED if on else None
        self.invalidate()

    def _tick_unlabelled(self) -> None:
        self.labels.unlabelled.blockSignals(True)
        self.labels.unlabelled.setChecked(self.label == UNLABELLED)
        self.labels.unlabelled.blockSignals(False)

    def _labels_changed(self) -> None:
        if self.label is not None:
            self.invalidate()
        if self.model.shows_labels:
            self.view.viewport().update()

    def _go_on(self, images: tuple[int, ...]) -> None:
        """Select the photo after one that was labelled, where a person wants to go on."""
        if len(images) == 1 and self.session.settings.get("auto_advance"):
            following = self.model.order.neighbour(images[0], 1)
            if following is not None:
                self.session.selection.select(image=following)

    def _labelled(self) -> tuple[frozenset[int], bool] | None:
        if self.label is None:
            return None
        labelling = self.session.labelling
        if self.label == UNLABELLED:
            return labelling.images_labelled(), False
        return labelling.images_with(self.label), True

    # ---- tags

    @property
    def chosen_images(self) -> list[int]:
        """The photos that are selected here, several or the one that is looked at."""
        chosen = self.view.selectionModel().selection()
        ranges = [chosen.at(place) for place in range(chosen.count())]
        rows = [row for one in ranges for row in range(one.top(), one.bottom() + 1)]
        image = self.session.selection.image
        images = [self.model.order[row] for row in sorted(rows)]
        return images or ([] if image is None else [image])

    def edit_tags(self) -> None:
        """Ask which words stand on the selected photos."""
        from insight_app.gui.photo.tag_dialog import TagDialog

        if (images := self.chosen_images) and not self.session.curation.refuses():
            TagDialog(self.session, images, self.window()).show()

    def _contents(self) -> frozenset[str] | None:
        if not self.tag:
            return None
        return frozenset(self.session.tagging.contents_with(self.tag))

    def refresh(self) -> None:
        results = self.session.state.results
        if "project" in self.reasons:
            self.folders, self._asked, self._shown, self._all_of = (), None, None, None
            self.tag, self.label = "", None
            self._tick_unlabelled()
            self.session.labelling.want(self.labels.isVisible())
            self.model.set_listed(ListedPhotos())
        if results is None:
            self.model.set_listed(ListedPhotos())
            self._asked = None
            self._show_state()
            return
        if self.session.selection.primary != self._all_of:
            self._all_of = None
        concept = self._concept
        reader = concept.reader if concept is not None and concept.can_fire else None
        by = self._least_explained()
        version = None if concept is None or reader is None else concept.version
        listing = Listing(version, self.folders, self._contents(), self._labelled(), by)
        if (results.generation, listing) == self._asked:
            if self.reasons != {"curation"}:  # it composed nothing of this anew
                self._show_state()
                self._follow()
            return
        self._asked = (results.generation, listing)
        self.session.jobs.run(
            partial(
                list_photos,
                results,
                reader,
                self.folders,
                by,
                listing.contents,
                listing.labelled,
            ),
            done=partial(self._show, listing),
            key="thumbnails",
        )

    def _show(self, listing: Listing, listed: ListedPhotos) -> None:
        """Show a list: another one from its beginning, a newer state of the same where it was."""
        self.view.selectionModel().blockSignals(True)
        self.model.set_listed(listed)
        self.view.selectionModel().blockSignals(False)
        is_another, self._shown = listing != self._shown, listing
        if is_another:
            self.view.scrollToTop()
        self.session.lists.set_images(listed.order)
        self._show_state()
        self._follow(into_view=is_another)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring its photos back: those of another list may have been gone through meanwhile."""
        super().showEvent(event)
        if len(self.model.order) and self.session.lists.images is not self.model.order:
            self.session.lists.set_images(self.model.order)

    def _show_state(self) -> None:
        count, state = len(self.model.order), self.session.state
        concept, awaits = self._concept, self.session.lacks_photos
        shows_all = self._all_of is not None
        self.view.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        is_narrowed = concept is not None and not state.awaits_photos
        is_chosen = bool(self.folders) or bool(self.tag) or self.label is not None
        self.all.setVisible(is_chosen or is_narrowed or shows_all)
        self.all.setChecked(shows_all)
        show_buttons(self.session, self.add, self.choose_folders)
        self.filter.setEnabled(not awaits)
        self.filter.setPlaceholderText(self._tag_words().strip() or FILTER)
        if state.catalogue is None or state.awaits_photos:
            self.set_info("")
            self.empty.set_text(why_none(self.session, NO_PHOTOS))
        elif concept is not None:
            self.set_info(f"{count:,}{self._tag_words()} with {concept.name_told_apart}")
            where = " of this folder" if self.folders else ""
            where += self._tag_words()
            self.empty.set_text(
                f"No photo{where} has {concept.name_told_apart}. “All” above shows all."
            )
        else:
            self.set_info(f"{count:,}{self._tag_words()}{self._order_words()}")
            if self.tag or self.label is not None:
                self.empty.set_text(f"No photo{self._tag_words()} any more. “All” shows all.")

    def _tag_words(self) -> str:
        tagged = f" tagged {shown_name(self.tag)}" if self.tag else ""
        if self.label is None:
            return tagged
        return (
            f"{tagged} without a label"
            if self.label == UNLABELLED
            else (f"{tagged} labelled {shown_name(self.label)}")
        )

    def _order_words(self) -> str:
        findings = self.session.unexplained
        if not findings.orders_photos:
            return ""
        return ", least explained first" if findings.found is not None else ", looking…"

    def _follow(self, into_view: bool = True) -> None:
        """Mark the selected photo.

        into_view: not for whoever has scrolled elsewhere while more photos came.
        """
        place = self.model.order.place(self.session.selection.image)
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        if place is None:
            selection.clear()
        else:
            index = self.model.index(place)
            if selection.currentIndex() != index or not selection.hasSelection():
                selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if into_view:
                self.view.scrollTo(index)
        selection.blockSignals(False)
        self.view.viewport().update()

    def _chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.session.selection.select(image=self.model.order[current.row()])

    def _picture_ready(self, key: Key) -> None:
        place = self.model.order.place(key.image) if key.kind == "thumbnail" else None
        if place is not None:
            self.view.update(self.model.index(place))

    # ---- the filter

    def _filter_left(self) -> None:
        """Keep no words of another list than the one that is seen."""
        if self.filter.line.isActiveWindow():
            self.filter.line.clear()

    def _hits(self, text: str) -> FoundHits:
        state, words = self.session.state, text.lower().split()
        if state.results is None or state.catalogue is None or not words:
            return NOTHING
        hits = [
            Hit(
                visible(folder.path) or "(top folder)",
                counted(folder.images, "image"),
                partial(self.show_folder, folder.id),
            )
            for folder in state.results.folders
            if all(word in folder.path.lower() for word in words)
        ]
        hits += [
            Hit(f"tagged {shown_name(tag)}", counted(count, "photo"), partial(self.show_tag, tag))
            for tag, count in sorted(self.session.tagging.tags().items())
            if all(word in f"tagged {tag}".lower() for word in words)
        ]
        counts = self.session.labelling.counts
        hits += [
            Hit(f"labelled {shown_name(name)}", counted(count, "photo"),
                partial(self.show_label, name))
            for name, count in counts.items()
            if all(word in f"labelled {name}".lower() for word in words)
        ]  # fmt: skip
        found = found_concepts(self.session, text)
        if not hits:
            return found
        groups = f"{len(hits):,} by folder, tag or label"
        concepts = "" if found.note == NOTHING_FOUND else f", {found.note}"
        return FoundHits([*hits, *found.hits], groups + concepts)
