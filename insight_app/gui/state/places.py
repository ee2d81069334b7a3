"""Where a person was in a project: remembered when it is left, found again when it opens."""

from insight_app.gui.settings import Settings
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel


def remember(settings: Settings, state: ProjectState, selection: SelectionModel) -> None:
    """Keep what is selected, and the project among the recent ones."""
    if state.path is not None:
        remember_opening(settings, state)
        place = {"image": selection.image, "concepts": list(selection.concepts)}
        settings.set_place(state.path, place)


def remember_opening(settings: Settings, state: ProjectState) -> None:
    """Keep the project among the recent ones, with what the start page shows of it."""
    if state.path is not None:
        share = float(state.catalogue.reviewed_share()) if state.catalogue is not None else 0.0
        count = int(state.results.image_count) if state.results is not None else 0
        settings.remember(state.path, images=count, reviewed=share)


def find_again(settings: Settings, state: ProjectState, selection: SelectionModel) -> None:
    """Select what was selected when the project was left last, else the first photo."""
    if state.path is None or state.results is None:
        return
    place = settings.place(state.path)
    image = place.get("image")
    if image is None or not state.results.is_listed(int(image)):
        image = state.results.first_image
    known = [id for id in place.get("concepts", []) if state.row_of(id) is not None]
    selection.select(concepts=known, image=image)
