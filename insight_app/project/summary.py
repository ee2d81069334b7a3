"""What a project holds, in numbers: for the command line and for programs.

Reads only; knows nothing of how it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from insight_app.concepts.relations import PUBLISHED_THRESHOLD
from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.project.folder import is_project
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.judgements.structure.tallies import tally
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Run
from insight_app.project.results.snapshot import Results
from insight_app.project.results.sources import SourceState


def summarise(folder: Path) -> dict[str, Any]:
    """Return counts, encoder, dictionary and run state of a project, as JSON values."""
    with Project.open(folder, read_only=True) as project:
        found: dict[str, Any] = {
            "project": project.name,
            "folder": str(project.path.resolve()),
            "run_state": "not analyzed",
            "language": project.judgements.state.language,
            "judgements": project.judgements.count,
            "judgements_not_understood": project.judgements.not_understood,
            "log_head": head.text if (head := project.judgements.head) else "",
        }
        results = project.results()
        if results is None:
            return found
        with results:
            return found | _of_results(project, results)


def folders(project: Path) -> list[dict[str, Any]]:
    """Return the folders of a project with counts of photos and their state, as JSON values."""
    with disk_errors("This folder cannot be read", where=project):
        is_one = is_project(project)
    if not is_one:
        raise Refusal("This is not a project of Insight.", where=str(project))
    results = Results.open(project)
    if results is None:
        raise Refusal(
            "This project was not analyzed yet.",
            where=str(project),
            do="Analyze photos into it: insight-app analyze FOLDER -o PROJECT",
        )
    with results:
        return [_source(source) for source in results.sources()]


def _source(source: SourceState) -> dict[str, Any]:
    inside = [
        {"path": str(folder.path), "state": folder.state, **asdict(folder.counts)}
        for folder in source.folders
    ]
    whole = {"path": str(source.path), "state": source.state, **asdict(source.counts)}
    return whole | {"folders": inside}


def _of_results(project: Project, results: Results) -> dict[str, Any]:
    catalogue = Catalogue(results, project.judgements.state)
    relations = tally(catalogue)
    return {
        "run_state": results.run_state,
        "encoder": _encoder(results),
        "reading_rule": {"photos": results.reading_rule, "newest": NEWEST_RULE},
        "images_without_notes": results.coded_images - results.near_images,
        "dictionary": _dictionary(results),
        "images": _images(results),
        "concepts": _concepts(catalogue, results),
        "relations": relations.in_force,
        "relations_to_review": relations.left,
        "relations_implied": relations.implied,
        "relations_rejected": relations.rejected,
        "related": relations.related,
        "relations_above": _thresholds(results),
        "reviewed_share": round(catalogue.reviewed_share(), 4),
        "folders": _given(results),
        "problems": results.problem_count,
        **_choice(results),
        "runs": _runs(project.path),
    }


def _thresholds(results: Results) -> dict[str, float | None]:
    """Return the share R above which relations are, by where they come from; None if unknown."""
    here, dictionary = results.relations_above
    return {
        "photos": here or None,
        "dictionary": dictionary or None,
        "published": PUBLISHED_THRESHOLD,
    }


def _runs(project: Path) -> list[dict[str, Any]]:
    """Return every piece of work on the results, oldest first, as it was noted."""
    columns = (
        Run.started,
        Run.finished,
        Run.work,
        Run.state,
        Run.message,
        Run.images,
        Run.seconds,
        Run.reading_rule,
    )
    with (
        analysis_database.reader(project) as engine,
        analysis_database.reading(engine) as connection,
    ):
        rows = connection.execute(select(*columns).order_by(Run.id)).all()
    return [dict(row._mapping) for row in rows]


def _encoder(results: Results) -> dict[str, Any]:
    name, fingerprint = results.encoder
    return {"name": name, "fingerprint": fingerprint}


def _dictionary(results: Results) -> dict[str, Any]:
    found = results.dictionary
    described = {
        "title": found.title,
        "fingerprint": found.fingerprint,
        "concepts": found.concepts,
        "levels": list(found.group_sizes),
        "k": found.k,
    }
    learned = (
        "photos",
        "photos_held_back",
        "views_per_photo",
        "explained_on_held_back",
        "explained_by_start",
        "curve",
    )
    return described | {
        name: found.provenance[name] for name in learned if name in found.provenance
    }


def _images(results: Results) -> dict[str, Any]:
    by_status = {
        status: len(results.image_ids(status=status))
        for status in ("new", "coded", "unreadable", "missing")
    }
    return {
        "all": int(results.image_count),
        **by_status,
        "removed": sum(source.counts.removed for source in results.sources()),
        "cells": int(results.tokens),
    }


def coded_in(project: Path, folders: Sequence[Path]) -> int:
    """Return how many photos in these folders are analyzed."""
    results = Results.open(project)
    if results is None:
        return 0
    places = [folder.resolve() for folder in folders]
    with results:
        return sum(
            folder.counts.coded
            for source in results.sources()
            for folder in source.folders
            if any(folder.path.is_relative_to(place) for place in places)
        )


def _choice(results: Results) -> dict[str, Any]:
    """Return which photos are taken by name, and how many files are not taken, by kind."""
    choice = results.photo_choice()
    return {
        "patterns": {
            "include": list(choice.patterns.include),
            "exclude": list(choice.patterns.exclude),
            "left_out": choice.left_out,
        },
        "of_files_with_several": results.part.said,
        "not_taken": dict(choice.not_taken),
        "passed_over": dict(choice.passed_over),
        "notes": dict(choice.notes),
    }


def _given(results: Results) -> dict[str, int]:
    states = Counter(source.state for source in results.sources())
    return {"given": states.total(), "not_there": states["not there"], "removed": states["removed"]}


def _concepts(catalogue: Catalogue, results: Results) -> dict[str, Any]:
    """Return counts of concepts; what is merged is counted as what stands for it."""
    own = ~catalogue.is_merged
    counted = Counter(catalogue.status[own].tolist())
    return {
        "all": int(np.count_nonzero(own)),
        "merged_into_others": int(np.count_nonzero(~own)),
        "made_of_others": len(catalogue.composites()),
        "active": int(np.count_nonzero(catalogue.fires & own)),
        "named": sum(
            1 for name, counts in zip(catalogue.names, own, strict=True) if name and counts
        ),
        "machine_names_from": results.names_run,
        "machine_names_rule": results.names_rule,
        "machine_names_after_photos": results.names_photos,
        "named_by_person": int(np.count_nonzero(catalogue.by_person & own)),
        **{status.name.lower(): counted[int(status)] for status in ReviewStatus},
        "hidden": int(np.count_nonzero(catalogue.hidden & own)),
        "doubtful": int(np.count_nonzero(catalogue.doubtful & own)),
        "nothing_in_common": int(np.count_nonzero(~catalogue.in_common & own)),
    }
