"""The dictionary of a project: chosen once, copied into the project, and what it brings along.

Owns the folder `dictionary/` of a project. Knows nothing of images; torch is not needed.
"""

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from insight_app import resources
from insight_app.concepts.hsae import DictionaryInfo, TrainingSettings, group_sizes, info, summary
from insight_app.concepts.hsae.description import (
    DESCRIPTION,
    PROBES,
    SUMMARY,
    WEIGHTS,
    UnsetThreshold,
    check_fits,
    files_of,
    is_release,
    is_same_space,
)
from insight_app.concepts.naming.prior import Prior
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.files import aside
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis import publishing
from insight_app.project.analysis.counting.edges import dictionary_edges
from insight_app.project.analysis.naming.wording import shipped_words
from insight_app.project.analysis.recording import Setup
from insight_app.project.folder import DICTIONARY, STATISTICS
from insight_app.project.results import digests, settings, words
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.words import Words

BUILTIN, TRAIN = "builtin", "train"
FOLDER = DICTIONARY
_SETTING = "dictionary"
_COPY_BACK = "Copy this folder from a backup of the project, or make a new project."


@dataclass(frozen=True)
class DictionaryChoice:
    """What a project's codes are of, kept beside them.

    source: "builtin", "train" or a folder ('' unknown); fingerprint: '' until it is there;
    concepts, k: as asked for, for one that is still to be trained; unset_threshold: what is active
    where a published one's threshold was never set.
    """

    source: str = ""
    fingerprint: str = ""
    concepts: int | None = None
    k: int | None = None
    unset_threshold: UnsetThreshold = "topk"


def chosen(engine: Engine) -> DictionaryChoice:
    """Return what the project was set up with; an empty choice in a new one."""
    with settings.as_written(engine, _SETTING):
        found = DictionaryChoice(**(settings.read(engine, _SETTING) or {}))
        if not (isinstance(found.source, str) and isinstance(found.fingerprint, str)):
            raise TypeError("a name that is no text")
        if not all(type(size) in (int, type(None)) for size in (found.concepts, found.k)):
            raise TypeError("a size that is no number")
        return found


def keep(engine: Engine, choice: DictionaryChoice) -> None:
    """Note what the project is set up with."""
    settings.write(engine, _SETTING, asdict(choice))


def installed(project: Path) -> DictionaryInfo | None:
    """Return the project's dictionary; None before one was chosen or trained."""
    folder = project / FOLDER
    return info(folder) if (folder / DESCRIPTION).exists() else None


def install(
    project: Path, wanted: str | None, unset_threshold: UnsetThreshold = "topk"
) -> DictionaryInfo:
    """Put a dictionary ("builtin", a folder, released files) into the project, which has none yet.

    Nothing of it is there before all of it is.
    """
    source, folder = _source(wanted), project / FOLDER
    if is_release(source):
        from insight_app.concepts.hsae import released  # brings torch

        released.import_into(source, folder, unset_threshold)
        return info(folder)
    info(source)  # refuses what is damaged before anything is copied
    folder.mkdir(parents=True, exist_ok=True)
    probes = [path.name for path in source.glob(PROBES)]
    for name in (WEIGHTS, SUMMARY, *probes, DESCRIPTION):  # last: with it, all is there
        if (source / name).exists():
            with (
                disk_errors("The dictionary cannot be copied", where=folder),
                aside(folder / name) as part,
            ):
                shutil.copyfile(source / name, part)
    return info(folder)


def restore(project: Path, used: DictionaryChoice, encoder_fingerprint: str) -> str:
    """Bring a damaged dictionary back; return in words from where.

    That is where it came from once, or, for its description alone, its weights. KnownError where
    neither is what the project's codes were made with.
    """
    folder = project / FOLDER
    with disk_errors("The dictionary cannot be written", where=folder):
        for path in files_of(folder):
            if not path.is_file():
                path.rename(path.with_name(f"{path.name}.damaged"))
    try:
        unset, is_learned = used.unset_threshold, used.source in ("", TRAIN)
        if not is_learned and _fingerprint(used.source, unset) == used.fingerprint:
            install(project, used.source, unset)
            return "what comes with Insight" if used.source == BUILTIN else used.source
    except KnownError:
        pass  # not there any more
    from insight_app.concepts.hsae import files  # brings torch

    if files.describe_again(folder, used.fingerprint, encoder_fingerprint):
        return "its weights"
    raise _refused(project, "It is nowhere else.", _COPY_BACK)


def must_fit(
    project: Path,
    used: DictionaryChoice,
    wanted: str | None,
    concepts: int | None,
    k: int | None,
    unset_threshold: UnsetThreshold | None = None,
) -> None:
    """Raise KnownError where codes of the `wanted` dictionary (None: the project's own) would not
    fit those that the project has, made with `used`.
    """
    own, unset = installed(project), unset_threshold or used.unset_threshold
    if own is None:
        if used.fingerprint and _fingerprint(wanted, unset) != used.fingerprint:
            raise _refused(project, "The dictionary of this project is missing.", _COPY_BACK)
        return
    if used.fingerprint and own.fingerprint != used.fingerprint:
        what = "The dictionary in this project is not the one that it was analyzed with."
        raise _refused(project, what, _COPY_BACK)
    if wanted == TRAIN:
        asked = (concepts or own.concepts, k or own.k)
        is_other = (used.source or TRAIN) != TRAIN or asked != (own.concepts, own.k)
    else:
        is_other = wanted is not None and _fingerprint(wanted, unset) != own.fingerprint
    if is_other:
        raise _refused(
            project,
            f"This project was analyzed with another dictionary ({own.title}, "
            f"{own.concepts:,} concepts).",
            "Make a new project for this dictionary, or go on with the project's own.",
        )


def must_be_whole(project: Path, engine: Engine) -> None:
    """Raise WorldError where a file of the dictionary is not as the newest results say."""
    with reading(engine) as connection:
        manifest = publishing.newest_manifest(connection, project / STATISTICS)
    for name, known in (manifest.files if manifest is not None else {}).items():
        path = project / name
        if name.startswith(f"{FOLDER}/") and path.exists() and digests.of_file(path) != known:
            raise WorldError(
                "This file of the project's dictionary is not as it was written.",
                where=str(path),
                kept="Nothing was changed.",
                do="Run `insight-app check PROJECT --repair`.",
            )


def must_be_learnable(concepts: int | None, k: int | None) -> None:
    """Raise Refusal for sizes that no dictionary can be trained with."""
    wanted = _settings(concepts, k)
    group_sizes(wanted.concepts, wanted.fractions)  # refuses what has no six levels
    if wanted.k >= wanted.concepts:
        raise Refusal(
            f"Of {wanted.concepts:,} concepts, {wanted.k:,} cannot be active in every cell.",
            do=f"Choose a smaller --k; {TrainingSettings.k} is usual.",
        )


def must_read(
    wanted: str | None,
    token_dim: int,
    encoder_fingerprint: str | None = None,
    unset_threshold: UnsetThreshold = "topk",
) -> None:
    """Raise if the dictionary that is `wanted` cannot be opened, or cannot read an encoder's
    tokens; one that is still to be trained always can.
    """
    if wanted != TRAIN:
        source = _source(wanted)
        described = info(source, unset_threshold=unset_threshold)
        check_fits(described, source, token_dim, encoder_fingerprint)
        if is_release(source):
            from insight_app.concepts.hsae import released  # brings torch

            released.read(source, unset_threshold)  # names, relations and probes too are whole


def _fingerprint(wanted: str | None, unset_threshold: UnsetThreshold) -> str:
    """Return that of the dictionary that would be installed; '' if it is still to be learned."""
    if wanted == TRAIN:
        return ""
    return info(_source(wanted), unset_threshold=unset_threshold).fingerprint


def notes(described: DictionaryInfo) -> list[str]:
    """Return what a person should know of how a published dictionary was read."""
    said = described.provenance.get("notes", ())
    return [str(note) for note in said] if isinstance(said, list | tuple) else []


def _source(wanted: str | None) -> Path:
    """Return where a dictionary is; a project stands for the one in it."""
    if wanted in (None, BUILTIN):
        return resources.path("dictionaries/builtin")
    path = Path(wanted)
    return path / FOLDER if (path / FOLDER / DESCRIPTION).exists() else path


def _refused(project: Path, what: str, do: str) -> Refusal:
    return Refusal(what, where=str(project / FOLDER), kept="Nothing was changed.", do=do)


def levels(described: DictionaryInfo) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return the level of every concept (F,), 0 = coarsest."""
    sizes = described.group_sizes
    return np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)


def setup(project: Path, described: DictionaryInfo, encoder: encoder_of.EncoderChoice) -> Setup:
    """Return what is published of encoder and dictionary, with names as far as they are known.

    Names are those of the project's last generation, before there is one those that the dictionary
    brings.
    """
    brought = summary.read(project / FOLDER, described.concepts)
    named, prior = _last_words(project, described), None
    if brought is not None and brought.run:
        named = named or shipped_words(brought)
        prior = Prior(brought.candidates, brought.votes, brought.photos)
    return Setup(
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint or described.encoder_fingerprint,
        grid=(encoder.rows, encoder.cols),
        dictionary_fingerprint=described.fingerprint,
        levels=levels(described),
        words=named or Words(),
        dictionary_edges=None if brought is None else dictionary_edges(brought.cooccurrence),
        prior=prior,
    )


def shipped_for(encoder_fingerprint: str) -> Path | None:
    """Return the dictionary that comes with Insight, if it reads the tokens of an encoder."""
    folder = _source(BUILTIN)
    is_read = is_same_space(info(folder).encoder_fingerprint, encoder_fingerprint)
    return folder if is_read else None


def planned(concepts: int | None, k: int | None, encoder: str) -> tuple[TrainingSettings, Setup]:
    """Return the settings of a dictionary to be trained, and what can be published meanwhile."""
    settings = _settings(concepts, k)
    sizes = group_sizes(settings.concepts, settings.fractions)
    level_of = np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)
    return settings, Setup(encoder, "", (0, 0), "", level_of)


def _settings(concepts: int | None, k: int | None) -> TrainingSettings:
    return TrainingSettings(
        concepts=concepts or TrainingSettings.concepts, k=k or TrainingSettings.k
    )


def _last_words(project: Path, described: DictionaryInfo) -> Words | None:
    """Return the names of a dictionary's concepts that were published last, None if none were."""
    statistics = project / "statistics"
    numbers = sorted(
        int(f.name.removeprefix("generation-")) for f in statistics.glob("generation-*")
    )
    for number in reversed(numbers):
        try:
            header, found = words.read(statistics, number)
        except WorldError:
            continue  # damaged, or cut off by a kill: the one before it was the published one
        are_of_it = header.dictionary_fingerprint == described.fingerprint
        is_whole = described.concepts == len(found.names) == len(found.candidates)
        if are_of_it and is_whole:
            return found if found.run else None
    return None
