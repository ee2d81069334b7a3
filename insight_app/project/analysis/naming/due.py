"""Whether the machine's names are to be found again: only where other photos count than they know.

Kept in the project, so that naming may be stopped or killed and is gone on with. Knows nothing of
how names are found.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, select

from insight_app.project.results import reading_rule, settings
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import IS_IN, Folder, Image, Status
from insight_app.project.results.words import Words

SETTING = "names"


@dataclass(frozen=True)
class _Kept:
    """words: of how many the published names were chosen, where these have to be read first.

    is_due: asked for, or not done when an older Insight stopped. photos: a fingerprint of those
    that the names are to stand for, '' before anything is known. run: which run names are of since
    they were found here, '' if they were not. is_begun: some of the published names are new ones of
    a naming that has not ended.
    """

    words: int = 0
    is_due: bool = False
    photos: str = ""
    run: str = ""
    is_begun: bool = False


class Naming:
    """Whether the concepts of a project are to be named, and how far that is.

    From when it is first made for a project the names stand for the photos that count then: those
    that an older Insight named stay as they are until other photos count.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with settings.as_written(engine, SETTING):
            found = settings.read(engine, SETTING) or {}
            kept = {one.name: found[one.name] for one in fields(_Kept) if found.get(one.name)}
            if any(type(value) is not type(getattr(_Kept, name)) for name, value in kept.items()):
                raise TypeError("a number or a text that is none")
            self._kept = _Kept(**kept)
        if not self._kept.photos:
            self._keep(photos=_photos(engine)[0])

    def _keep(self, **changed: int | bool | str) -> None:
        self._kept = replace(self._kept, **changed)  # type: ignore[arg-type]
        settings.write(self._engine, SETTING, asdict(self._kept))

    @property
    def words(self) -> int:
        """Of how many words the published names were chosen, where these have to be read first."""
        return self._kept.words

    def is_due(self, published: Words) -> bool:
        """Return whether the names, those `published` last, are to be found again.

        Photos that are only missing, as with a drive that is not connected, leave them as they are.
        """
        kept = self._kept
        if kept.is_due or kept.is_begun or (kept.run and published.run != kept.run):
            return True
        return kept.photos not in _photos(self._engine)

    def is_lost(self, published: Words) -> bool:
        """Return whether names that were found here are not those `published` last."""
        return not any(published.names) or bool(self._kept.run and published.run != self._kept.run)

    def ask(self) -> None:
        """Make names due, whatever photos count."""
        self._keep(is_due=True)

    def take_back(self) -> None:
        """Ask no more."""
        self._keep(is_due=False)

    def before(self, published: Words) -> list[str]:
        """Return what the concepts were called before the naming that begins or goes on now."""
        if not self._kept.is_begun or not published.was:
            return published.names
        return [was or now for was, now in zip(published.was, published.names, strict=True)]

    def begin(self) -> None:
        """Note that names are published of a naming that has not ended."""
        self._keep(is_begun=True)

    def advance(self, words: int) -> None:
        """Note of how many words the published names were chosen."""
        self._keep(words=words)

    def end(self, photos: str, run: str) -> None:
        """Note that names are found: for which photos (`counted` gave them), of which run."""
        self._keep(is_due=False, is_begun=False, photos=photos, run=run)

    def counted(self) -> str:
        """Return a fingerprint of the photos that count now."""
        return _photos(self._engine)[0]


def changed_names(before: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return (F,) what each concept was called before, '' where it is called so still."""
    if not before:
        return [""] * len(now)
    return [old if old != new else "" for old, new in zip(before, now, strict=True)]


def _photos(engine: Engine) -> tuple[str, str]:
    """Return fingerprints of the photos that count, and of those with what is only missing."""
    with reading(engine) as connection:
        rule = reading_rule.of(connection)
        coded = _ids(connection, [Status.CODED])
        with_missing = _ids(connection, [Status.CODED, Status.MISSING])
    return _fingerprint(coded, rule), _fingerprint(with_missing, rule)


def _ids(connection: Connection, status: Sequence[Status]) -> NDArray[np.int64]:
    """Return the ids (n,) of photos that have codes and are in the project."""
    is_counted = Image.shard.is_not(None), Image.status.in_([int(one) for one in status]), IS_IN
    query = select(Image.id).join(Folder).where(*is_counted).order_by(Image.id)
    return np.fromiter(connection.execute(query).scalars(), np.int64)


def _fingerprint(ids: NDArray[np.int64], rule: int) -> str:
    return blake2b(ids.tobytes(), digest_size=16, salt=str(rule).encode()).hexdigest()
