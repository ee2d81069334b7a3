"""Who listens to an analysis: what is told, and when. Knows nothing of what is done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from insight_app.concepts.progress import Progress, silent


@dataclass(frozen=True)
class Hooks:
    """What an analysis calls while it works.

    published(generation): after each generation. between(): between two batches, for short work
    with the same encoder. notice(text): what a person should know once. added(folders): the folders
    that were not part of the project before, to be taken out again by who thinks better of it.
    """

    progress: Progress = silent
    published: Callable[[int], None] = lambda generation: None
    between: Callable[[], None] = lambda: None
    notice: Callable[[str], None] = lambda text: None
    added: Callable[[list[Path]], None] = lambda folders: None
