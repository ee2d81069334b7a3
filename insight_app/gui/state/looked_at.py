"""What is looked at, as a finding keeps it: in a sentence, with the figures that stand there.

Everything is at hand when a person pins, or it is left out. Knows no panel.
"""

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from insight_app.figures import counted, figure, percent
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel
from insight_app.plain_text import shortened, visible

if TYPE_CHECKING:
    from insight_app.project.judgements.payloads import SeenFigure, View

MOST_CONCEPTS, MOST_FIGURES, MOST_NAMED, LETTERS = 12, 5, 3, 160


def view_of(
    state: ProjectState,
    selection: SelectionModel,
    explained: ExplainedPhoto | None,
    strengths: Mapping[int, float] | None,
    photo: str,
    workspace: str,
    page: str,
) -> "View":
    """Return what is looked at now, but for the photo's content.

    strengths: of the photo's concepts by row, None where they are not at hand.  photo: its name,
    '' for none.
    """
    from insight_app.project.judgements.payloads import View

    rows = state.rows_of(selection.concepts)
    absent = _absent(state, rows, strengths)
    if explained is not None:
        rows = tuple(row for row in rows if row not in absent)  # it gave nothing to the score
    rows = rows[:MOST_CONCEPTS]
    said = ", ".join(state.shown(row).told_apart for row in rows[:MOST_NAMED])
    choices: dict[str, str] = {}
    figures: list[SeenFigure] = []
    if explained is not None:
        classes, decision = explained.classifier.classes, explained.decision
        choices["class"], choices["taken for"] = classes[explained.wanted], classes[decision]
        if explained.against is not None:
            choices["against"] = classes[explained.against]
        figures += _of_score(state, explained)
        told = f"{photo} is taken for “{classes[decision]}”"
        told += f"; looked at: {said}" if said else ""
    else:
        if rows and photo and absent.issuperset(rows):
            said += ", not active"
        told = " in ".join(filter(None, (said, photo)))
        told = f"{workspace.capitalize()}: {told}" if told and workspace else told
    figures += _of_concepts(state, rows[:MOST_FIGURES], strengths or {}, absent)
    return View(
        shortened(visible(told), LETTERS),
        workspace,
        page,
        tuple(map(str, state.ids_of(rows))),
        "",
        selection.cell,
        choices,
        tuple(figures),
        "" if state.results is None else state.results.dictionary.fingerprint,
    )


def _of_score(state: ProjectState, explained: ExplainedPhoto) -> "list[SeenFigure]":
    """Return the score, and what the concepts that matter most give to it."""
    from insight_app.project.judgements.payloads import SeenFigure

    wanted = explained.classifier.classes[explained.wanted]
    found = [SeenFigure(f"Score of “{wanted}”", figure(explained.score))]
    given = explained.contributions
    for place in np.argsort(-np.abs(given), kind="stable")[:MOST_FIGURES].tolist():
        row, value = int(explained.explanation.concepts[place]), float(given[place])
        if value and state.has_row(row):
            signed = f"{'+' if value > 0 else '−'}{figure(abs(value))}"
            found.append(SeenFigure(f"of it by {state.shown(row).told_apart}", signed))
    return found


def _absent(
    state: ProjectState, rows: tuple[int, ...], strengths: Mapping[int, float] | None
) -> set[int]:
    """Return which concepts are not active in the photo; of divided ones that is not at hand."""
    if strengths is None or state.catalogue is None:
        return set()
    made_of = {row: state.catalogue.composition(row) for row in rows if row not in strengths}
    return {row for row, one in made_of.items() if one is None or not one.is_divided}


def _of_concepts(
    state: ProjectState, rows: tuple[int, ...], strengths: Mapping[int, float], absent: set[int]
) -> "list[SeenFigure]":
    """Return how strong concepts are in the photo, in how many they occur, how sure the name is."""
    from insight_app.project.judgements.payloads import SeenFigure

    catalogue, results, found = state.catalogue, state.results, []
    if catalogue is None or results is None:
        return []
    for row in rows:
        name = state.shown(row).told_apart
        if row in strengths or row in absent:
            strength = figure(strengths[row]) if row in strengths else "not active"
            found.append(SeenFigure(f"Strongest cell of {name} in this photo", strength))
        if images := int(catalogue.images[row]):
            of = counted(results.coded_images, "analyzed photo")
            found.append(SeenFigure(f"Photos with {name}", f"{images:,} of {of}"))
        probability = float(catalogue.probability[row])
        if not isnan(probability):
            found.append(SeenFigure(f"Name of {name} right", f"{percent(probability)} likely"))
    return found
