"""The encoder of a project: chosen once, found again, and always the same one.

Owns the setting that names it. Knows nothing of how pictures become tokens.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from insight_app.concepts.encoders import DenseEncoder
from insight_app.errors import KnownError
from insight_app.project import database
from insight_app.project.analysis.recording import read_setting, write_setting

DEFAULT = "builtin"
_SETTING = "encoder"

Load = Callable[..., DenseEncoder]
"""As `encoders.load`: a name and the encoder's own options."""


@dataclass(frozen=True)
class Choice:
    """An encoder by name and options, as `encoders.load` takes them.

    fingerprint: '' until it was loaded for the first time; rows, cols: its grid, 0 until then.
    """

    name: str = DEFAULT
    options: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    rows: int = 0
    cols: int = 0


def chosen(engine: Engine) -> Choice | None:
    """What the project was set up with; None in a new one."""
    kept: dict[str, Any] | None = read_setting(engine, _SETTING)
    return None if kept is None else Choice(**kept)


def of_project(project: Path) -> Choice:
    """The encoder of a project that was analysed; KnownError where none was chosen yet."""
    found = None
    if (project / database.NAME).exists():
        engine = database.open_reader(project)
        found = chosen(engine)
        engine.dispose()
    if found is None:
        raise KnownError("This project was not analysed yet.", where=str(project))
    return found


def keep(engine: Engine, choice: Choice) -> None:
    """Note what the project is set up with."""
    write_setting(engine, _SETTING, asdict(choice))


def must_agree(project: Path, known: Choice | None, name: str | None) -> None:
    """KnownError where the project was set up with an encoder of another name."""
    if known is not None and name is not None and name != known.name:
        raise _other(project, known.name)


def load(project: Path, known: Choice, load: Load) -> DenseEncoder:
    """The project's encoder; KnownError where what is found would give other tokens.

    Files that are not where they were are looked for in the person's model library.
    """
    options = {n: v for n, v in known.options.items() if not _is_gone(v)}
    return must_be_same(project, known, load(known.name, **options))


def must_be_same(project: Path, known: Choice, encoder: DenseEncoder) -> DenseEncoder:
    """`encoder`, which gives the tokens that the project's codes come from; else KnownError."""
    if known.fingerprint and encoder.fingerprint != known.fingerprint:
        raise _other(project, known.name)
    return encoder


def described(encoder: DenseEncoder) -> Choice:
    """How to get this encoder again."""
    rows, cols = encoder.grid
    return Choice(encoder.name, dict(encoder.options), encoder.fingerprint, rows, cols)


def _other(project: Path, name: str) -> KnownError:
    return KnownError(
        f"This project was analysed with another encoder, or another version of it ({name}).",
        where=str(project),
        kept="Nothing was changed.",
        do="Make a new project for this encoder.",
    )


def _is_gone(option: str) -> bool:
    path = Path(option)
    return path.is_absolute() and not path.exists()
