"""What a window's panels share: one object for each thing, each the only owner of its state.

Puts them together and owns what happens when a project is entered or left. Knows no widget.
"""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from insight_app.gui.actions import Actions
from insight_app.gui.settings import Settings
from insight_app.gui.state.analysis_control import AnalysisControl
from insight_app.gui.state.audit import Audit
from insight_app.gui.state.class_looks import ClassLooks
from insight_app.gui.state.composite_control import CompositeControl
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.duplicates import Duplicates
from insight_app.gui.state.editors import Editors
from insight_app.gui.state.epochs import Epochs
from insight_app.gui.state.explaining import Explaining
from insight_app.gui.state.folder_control import FolderControl
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.jobs import BACKGROUND, Jobs
from insight_app.gui.state.judgement_queue import JudgementQueue
from insight_app.gui.state.labelling import Labelling
from insight_app.gui.state.likeness import Likeness
from insight_app.gui.state.lists import Lists
from insight_app.gui.state.marking import Marking
from insight_app.gui.state.mask_control import MaskControl
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.naming_curation import NamingCuration
from insight_app.gui.state.new_names import NewNames
from insight_app.gui.state.own_names import OwnNames
from insight_app.gui.state.photo_concepts import PhotoConcepts
from insight_app.gui.state.photo_contents import PhotoContents
from insight_app.gui.state.pictures import Pictures
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.quality_control import QualityControl
from insight_app.gui.state.regions import Regions
from insight_app.gui.state.relation_curation import RelationCuration
from insight_app.gui.state.seen_panels import SeenPanels
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.state.split_draft import SplitDraft
from insight_app.gui.state.staging import Staging
from insight_app.gui.state.structure_curation import StructureCuration
from insight_app.gui.state.tagging import Tagging
from insight_app.gui.state.troubles import Gravity, Trouble, Troubles
from insight_app.gui.state.unexplained import UnexplainedFindings
from insight_app.gui.state.views import Detour, Views
from insight_app.gui.state.what_if import WhatIf
from insight_app.gui.state.whereabouts import Whereabouts
from insight_app.gui.state.worker_client import WorkerClient
from insight_app.gui.wording import words

UNSAVED, WARNINGS, READ_ONLY, RESTORED = "unsaved", "warnings", "read-only", "restored"
"""Keys of troubles that there is one of at most."""


class Session(QObject):
    """What a panel gets in its constructor.

    Whoever wants more asks the object that owns it: projects, selection, lists, curation, naming,
    relations, structure, staging, splitting, views, likeness, duplicates, queue, analysis, folders,
    worker, jobs, unexplained, quality, labelling, explaining, audit, labelled, what_if, regions,
    masks, pictures, image_codes, photo_concepts, composites, places, editors, seen_panels,
    messages, troubles, settings, actions.
    """

    bare_photo = Signal(bool)
    """Space is held: show the photo without overlays."""

    _backed_up = Signal()

    def __init__(self, settings: Settings, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings, self.actions = settings, actions
        self.messages = Messages(self)
        self.troubles = Troubles(self)
        actions.refused.connect(self.messages.say)
        self.messages.problem.connect(self.troubles.report)
        self.messages.withdrawn.connect(self.troubles.take)
        self.editors = Editors(self)
        self.seen_panels = SeenPanels(self)
        self._epochs = Epochs()
        self.jobs = Jobs(self._epochs, self)
        self.jobs.failed.connect(self.messages.report)
        self._project_thread = Jobs(self._epochs, self, threads=1, keep_threads=True)
        self._project_thread.failed.connect(self.messages.report)
        self.projects = Projects(
            self._epochs, self._project_thread, self.messages, self._leave, self._replaced, self
        )
        self.queue = JudgementQueue(self._project_thread, self)
        self.queue.failed.connect(self._cannot_save)
        self.queue.pending_changed.connect(self._saving_goes_on)
        self.projects.opened.connect(self._say_state)
        self._warned: tuple[str, ...] = ()
        self._backed_up.connect(self._say_warnings)
        self.projects.freed.connect(self._say_freed)
        self.projects.restored.connect(self._say_restored)
        self.selection = SelectionModel(self._present, self.editors.write_all, self)
        actions.acting.connect(self.selection.settle)
        self.lists = Lists(self._present, self.selection, self)
        self.curation = Curation(
            self._present,
            self.queue,
            self.selection,
            self.lists,
            settings,
            self.messages,
            self.editors.write_all,
            self.seen_panels,
            self,
        )
        self.own_names = OwnNames(self._present, self.curation, self.selection, settings, self)
        self.relations = RelationCuration(
            self._present,
            self.curation,
            self.selection,
            self.lists,
            settings,
            self.messages,
            self.editors.write_all,
            self.seen_panels,
            self,
        )
        self.structure = StructureCuration(self._present, self.curation, self.selection, self)
        self.likeness = Likeness(self._present, self.jobs, self)
        self.views = Views(self)
        detour = Detour(self._present, self.selection, self.views)
        self.staging = Staging(self._present, self.selection, detour, self)
        self.splitting = SplitDraft(
            self._present, self.likeness, self.jobs, self.structure, detour, self.messages, self
        )
        self.projects.opened.connect(self.splitting.forget)
        self.projects.results_changed.connect(self.splitting.follow)
        self.curation.changed.connect(lambda _rows, _structure: self.splitting.follow_judgement())
        self.duplicates = Duplicates(
            self._present,
            self.likeness,
            self.staging,
            self.messages,
            Whereabouts(self.selection, self.seen_panels),
            self,
        )
        self.projects.opened.connect(self.duplicates.forget)
        self.projects.results_changed.connect(self.duplicates.forget)
        self.naming = NamingCuration(
            self._present,
            self.curation,
            self.own_names,
            self.queue,
            self.messages,
            self.jobs,
            self.staging,
            self.splitting,
            actions,
            self,
        )
        self.projects.opened.connect(self.staging.forget)
        self.projects.results_changed.connect(self.staging.follow)
        self.curation.changed.connect(self.staging.follow)
        contents = PhotoContents(self._present, self.jobs, self)
        self.marking = Marking(
            self._present,
            self.curation,
            self.selection,
            contents,
            self.seen_panels,
            self.messages,
            self,
        )
        self.tagging = Tagging(self._present, self.curation, contents, self.messages, self)
        self.worker = WorkerClient(self._epochs, self)
        self.worker.failed.connect(self.messages.report)
        self.worker.notice.connect(self.messages.say)
        self.worker.published.connect(self.projects.published)
        self.analysis = AnalysisControl(self.projects, self.worker, settings, self.messages, self)
        self.folders = FolderControl(self.projects, self.analysis, self.jobs, self.messages, self)
        self.unexplained = UnexplainedFindings(self.projects, self.worker, self.jobs, self)
        self.quality = QualityControl(self.projects, self.worker, self.jobs, self.messages, self)
        self.pictures = Pictures(self.jobs, self)
        self.pictures.broke.connect(self.folders.look)
        self.folders.came_back.connect(self.pictures.try_again)
        self.image_codes = ImageCodes(self.jobs, self)
        self.image_codes.looked.connect(self.pictures.drop_older)
        self.photo_concepts = PhotoConcepts(self.projects, self.jobs, self)
        self.composites = CompositeControl(
            self.projects, self.worker, self.jobs, self.messages, self
        )
        for each in (self.photo_concepts, self.composites):
            self.curation.changed.connect(lambda _rows, _structure, look=each.look: look())
        self.composites.counted.connect(lambda rows: self.curation.changed.emit(rows, False))
        self.places = PlaceMemory(
            settings,
            self._present,
            self.selection,
            self.image_codes,
            self.photo_concepts,
            self,
        )
        self.labelling = Labelling(
            self.projects,
            self.queue,
            self.jobs,
            self.curation,
            contents,
            self.places,
            self.messages,
            self,
        )
        self.explaining = Explaining(
            self.projects,
            self.worker,
            self.jobs,
            self.selection,
            self.image_codes,
            self.lists,
            self.places,
            self.messages,
            self.queue,
            self,
        )
        self.audit = Audit(
            self._present,
            self.curation,
            self.selection,
            self.explaining,
            self.image_codes,
            self.photo_concepts,
            contents,
            self.jobs,
            self.messages,
            self,
        )
        self.regions = Regions(
            self.projects,
            self.worker,
            self.jobs,
            self.selection,
            self.image_codes,
            self.places,
            self,
        )
        self.masks = MaskControl(
            self.projects, self.worker, self.jobs, self.regions, self.places, self.messages, self
        )
        self.labelled = ClassLooks(self.projects, self.explaining, self.jobs, self)
        self.what_if = WhatIf(
            self.projects,
            self.explaining,
            self.worker,
            self.jobs,
            self.curation,
            self.messages,
            self,
        )
        self._shown_path: Path | None = None
        self.projects.entered.connect(self.places.enter)
        self.projects.results_changed.connect(self.places.results_came)
        # What was selected may be gone: the list in front chooses as soon as it is new.
        self.projects.results_changed.connect(self.lists.want_first)
        self.new_names = NewNames(self._present, self.places, self.selection, self.messages, self)
        self.projects.entered.connect(self.new_names.look)
        self.projects.results_changed.connect(self.new_names.look)

    @property
    def state(self) -> ProjectState:
        """What is shown now."""
        return self.projects.state

    @property
    def lacks_photos(self) -> bool:
        """Whether the project has no photo yet, and none is on its way."""
        state = self.state
        is_empty = state.project is not None and state.results is None
        if state.awaits_photos:
            return not self.analysis.is_adding_folders
        return is_empty and not self.analysis.is_running

    @property
    def photos_left_out(self) -> int:
        """How many photos patterns leave out, where they leave none in."""
        choice = self.folders.choice
        return choice.left_out if self.lacks_photos and choice is not None else 0

    def close(self) -> bool:
        """End everything; False if a judgement could not be written."""
        if not self.projects.close():
            return False
        self.worker.stop()
        self.jobs.close()
        self._project_thread.wait()
        self._project_thread.close()
        return True

    # ---- what is wrong with the project and with saving

    def _cannot_save(self, error: Exception) -> None:
        text = f"Not saved yet: {words(error)}"
        trouble = Trouble(text, Gravity.UNSAVED, "Retry", self.queue.retry)
        self.troubles.put(UNSAVED, trouble)

    def _saving_goes_on(self) -> None:
        if self.queue.error is None:
            self.troubles.take(UNSAVED)

    def _say_state(self) -> None:
        """Forget what was wrong with the last project, and say what is with this one."""
        self.troubles.clear()
        project, projects = self.state.project, self.projects
        if project is None:
            return
        self._warned = ()
        self._say_warnings()
        project.when_backed_up(self._backed_up.emit)
        if not project.read_only:
            return
        text, button, act = f"Read-only: {project.why_read_only}", "Open again", projects.reopen
        if project.damage is not None:
            button, act = "Restore", projects.restore_judgements
        self.troubles.put(READ_ONLY, Trouble(text, Gravity.PROJECT, button, act))

    def _say_warnings(self) -> None:
        """Say what is new of the project's warnings, as when a backup failed; or that all is well.

        What was read and put away does not come again.
        """
        project = self.state.project
        warnings = () if project is None else project.warnings
        if warnings == self._warned:
            return
        self._warned = warnings
        self.troubles.take(WARNINGS)
        if warnings:
            text = " ".join(warnings)
            self.troubles.put(WARNINGS, Trouble(text, Gravity.PROJECT, can_dismiss=True))

    def _say_restored(self, text: str) -> None:
        self.troubles.put(RESTORED, Trouble(text, Gravity.PROJECT, can_dismiss=True))

    def _say_freed(self) -> None:
        text, again = f"Read-only: {self.state.why_read_only}", self.projects.reopen
        self.troubles.put(READ_ONLY, Trouble(text, Gravity.PROJECT, "Open again", again))

    # ---- entering and leaving a project

    def _present(self) -> ProjectState:
        return self.projects.state

    def _leave(self) -> bool:
        """Write what is being typed and what is pending, and remember the place."""
        self.editors.write_all()
        if not self.queue.settle():
            return False
        self.places.remember()
        return True

    def _replaced(self) -> None:
        """Follow a new state, before any panel hears of it."""
        state = self.state
        if state.path != self._shown_path:
            self._shown_path = state.path
            self.places.begin()
            self.lists.clear()
            self.queue.set_judgements(None if state.project is None else state.project.judgements)
        elif (results := state.results) is not None:
            self.selection.drop_photos(results.is_listed, results.first_image)
        self.worker.cancel_over()
        self.jobs.drop_over()
        self.pictures.show(state)
        self.image_codes.show(state.results)
        if (catalogue := state.catalogue) is not None:
            self.jobs.run(
                catalogue.read_meanings,
                done=catalogue.prepare_search,
                key="meanings",
                priority=BACKGROUND,
            )
