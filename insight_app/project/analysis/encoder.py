"""The encoder of a project: chosen once, found again, and always the same one.

Owns the setting that names it. Knows nothing of how pictures become tokens.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from insight_app.concepts import encoders
from insight_app.concepts.encoders import DenseEncoder
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project.photos.finding import is_there
from insight_app.project.results import analysis_database, settings

DEFAULT = "builtin"
_SETTING = "encoder"

Load = Callable[..., DenseEncoder]
"""As `encoders.load`: a name and the encoder's own options."""


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder by name and options, as `encoders.load` takes them.

    fingerprint: '' until it was loaded for the first time; rows, cols: its grid, 0 until then.
    """

    name: str = DEFAULT
    options: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    rows: int = 0
    cols: int = 0


def chosen(engine: Engine) -> EncoderChoice | None:
    """Return what the project was set up with; None in a new one."""
    kept: Any = settings.read(engine, _SETTING)
    if kept is None:
        return None
    with settings.as_written(engine, _SETTING):
        found = EncoderChoice(**kept)
        options = dict(found.options)
        texts = (found.name, found.fingerprint, *options, *options.values())
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a name that is no text")
        if not all(type(side) is int and 0 <= side < 1 << 16 for side in (found.rows, found.cols)):
            raise TypeError("a grid that is none")
        return found


def of_project(project: Path) -> EncoderChoice:
    """Return the encoder of a project that was analyzed; Refusal if none was chosen yet."""
    found = None
    if (project / analysis_database.NAME).exists():
        with analysis_database.reader(project) as engine:
            found = chosen(engine)
    if found is None:
        raise Refusal("This project was not analyzed yet.", where=str(project))
    return found


def keep(engine: Engine, choice: EncoderChoice) -> None:
    """Note what the project is set up with."""
    settings.write(engine, _SETTING, asdict(choice))


def settle(
    project: Path,
    engine: Engine,
    wanted: str | DenseEncoder | None,
    options: Mapping[str, str] | None,
) -> EncoderChoice:
    """Return the project's encoder by name; a new project is set up with the wanted one.

    Other options than it was analyzed with are tried, and kept once they gave the same encoder.
    """
    known = chosen(engine)
    name = wanted if isinstance(wanted, str) or wanted is None else wanted.name
    must_agree(project, known, name)
    choice = known or EncoderChoice(name or DEFAULT)
    if options:
        choice = replace(choice, options={**choice.options, **options})
    if known is None or not known.fingerprint:
        keep(engine, choice)
    return choice


def open_own(
    project: Path,
    engine: Engine,
    known: EncoderChoice,
    wanted: str | DenseEncoder | None,
    load_by_name: Load,
) -> DenseEncoder:
    """Return the encoder, which must be the one that the project's codes come from."""
    if wanted is None or isinstance(wanted, str):
        encoder = load(project, known, load_by_name)
    else:
        encoder = must_be_same(project, known, wanted)
    keep(engine, described(encoder))
    return encoder


def must_agree(project: Path, known: EncoderChoice | None, name: str | None) -> None:
    """Raise Refusal if the project was set up with an encoder of another name."""
    if known is not None and name is not None and name != known.name:
        raise _other(project, known.name)


def load(project: Path, known: EncoderChoice, load: Load) -> DenseEncoder:
    """Return the project's encoder; KnownError if what is found would give other tokens.

    Files that are not where they were are looked for in the person's model library, which may have
    several for the same model.
    """
    gone = [name for name, value in known.options.items() if _is_gone(value)]
    rest = {name: value for name, value in known.options.items() if name not in gone}
    try:
        encoder = load(known.name, **rest)
    except KnownError as error:
        if not gone:
            raise
        places = ", ".join(known.options[name] for name in gone)
        raise WorldError(
            f"The weights that this project was analyzed with are no longer there ({places}). "
            + error.what,
            where=error.where,
            do=error.do,
        ) from error
    if gone and not _gives_the_same(known, encoder):
        for found in _elsewhere(known, gone):
            other = load(known.name, **rest, **found)
            if _gives_the_same(known, other):
                return other
    return must_be_same(project, known, encoder)


def must_be_same(project: Path, known: EncoderChoice, encoder: DenseEncoder) -> DenseEncoder:
    """Return `encoder` if it gives the tokens that the project's codes come from; else raise."""
    if _gives_the_same(known, encoder):
        return encoder
    files = [value for value in encoder.options.values() if Path(value).is_absolute()]
    if encoder.name != known.name or not files:
        raise _other(project, known.name)
    raise Refusal(
        "This project was analyzed with other weights than these: " + ", ".join(files) + ".",
        where=str(project),
        kept="Nothing was changed.",
        do="Bring back those that it was analyzed with, or make a new project for these.",
    )


def described(encoder: DenseEncoder) -> EncoderChoice:
    """Return how to get this encoder again."""
    rows, cols = encoder.grid
    return EncoderChoice(encoder.name, dict(encoder.options), encoder.fingerprint, rows, cols)


def _other(project: Path, name: str) -> Refusal:
    return Refusal(
        f"This project was analyzed with another encoder, or another version of it ({name}).",
        where=str(project),
        kept="Nothing was changed.",
        do="Make a new project for this encoder.",
    )


def _gives_the_same(known: EncoderChoice, encoder: DenseEncoder) -> bool:
    return known.fingerprint in ("", encoder.fingerprint)


def _elsewhere(known: EncoderChoice, gone: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield files of the model library that may stand for those that are `gone`, by option."""
    from insight_app.concepts.encoders.models import library

    kinds = {file.option: file.kind for file in encoders.info(known.name).files}
    model = known.options.get("model", "")
    models = {"clip": model, "dinoiser": ""}
    choices = [
        [str(path) for path in library.find_all(kinds[name], models[kinds[name]])]
        for name in gone
        if name in kinds
    ]
    for files in product(*choices) if len(choices) == len(gone) else ():
        yield dict(zip(gone, files, strict=True))


def _is_gone(option: str) -> bool:
    path = Path(option)
    return path.is_absolute() and not is_there(path)
