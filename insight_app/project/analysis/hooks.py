"""Who listens to an analysis: what is told, and when. Knows nothing of what is done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.progress import Progress, silent

if TYPE_CHECKING:
    from insight_app.concepts.hsae.held_back import Look


@dataclass(frozen=True)
class Hooks:
    """What an analysis calls while it works.

    published(generation): after each generation. between(): between two batches, for short work
    with the same encoder. notice(text): what a person should know once. added(folders): the folders
    that were not part of the project before, to be taken out again by who thinks better of it.
    looked(curve): how well the dictionary that is being learned explains photos held back, so far.
    """

    progress: Progress = silent
    published: Callable[[int], None] = lambda generation: None
    between: Callable[[], None] = lambda: None
    notice: Callable[[str], None] = lambda text: None
    added: Callable[[list[Path]], None] = lambda folders: None
    looked: "Callable[[Sequence[Look]], None]" = lambda curve: None
