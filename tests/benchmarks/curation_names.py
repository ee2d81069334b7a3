"""Naming many: find and replace, completing what is typed, the history of a concept and a project.

Names are words of the vocabulary, every third of them taken twice. A step of `curation`.
"""

import random
from pathlib import Path

from insight_app.concepts.naming.vocabulary import shipped_terms
from insight_app.project import judgements as j
from insight_app.project.judgements import Person
from insight_app.project.judgements.names.completing import Completions, KnownWords
from insight_app.project.judgements.names.normalizing import NameLine, renamings
from insight_app.project.judgements.names.replacing import find_and_replace
from insight_app.project.judgements.store import Judgements
from insight_app.project.judgements.targets import Alias
from tests.benchmarks.curation import SELECTED, seconds

ADA = Person("ada", "Ada")


def named(folder: Path, concepts: int) -> dict[str, float]:
    """Return the seconds of each step, over so many concepts."""
    words = shipped_terms()[0]
    chosen = random.Random(7).choices(words[: concepts * 2 // 3], k=concepts)
    names = list(enumerate(chosen))
    lines = [NameLine(f"{word} of old", (Alias(word),)) for word in words[:5_000]]
    completions = Completions([name for _row, name in names], {}, KnownWords(words))
    found = {
        "replace_in_names": seconds(lambda: find_and_replace(names, "a", "e")),
        "normalize_names": seconds(lambda: renamings(lines, names)),
        "gather_completions": seconds(
            lambda: Completions([name for _row, name in names], {}, KnownWords(words))
        ),
        "complete_a_letter": seconds(lambda: completions.find("s")),
        "complete_three_letters": seconds(lambda: completions.find("sai")),
    }
    with Judgements.open(folder / "judgements.sqlite", ADA) as log:
        every = [j.machine_concept("f", number) for number in range(concepts)]
        for start in range(0, concepts, SELECTED):
            some = every[start : start + SELECTED]
            log.judge([j.rename(one, "a") for one in some], f"Named from {start}")
            log.judge([j.add_parent(one, every[-1]) for one in some[:-1]], f"Moved {start}")
        found["history_of_a_concept"] = seconds(lambda: log.history_of(every[0]))
        found["history_of_a_parent_of_all"] = seconds(lambda: log.history_of(every[-1]))
        found["newest_acts"] = seconds(lambda: log.acts(300))
    return found
