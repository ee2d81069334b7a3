"""What each person last said by oneself: what others said since changes nothing of it."""

from pathlib import Path

from insight_app.project import judgements as j
from insight_app.project.judgements import Mark, Person
from insight_app.project.judgements.opinions import EXAMPLES, LABELS, NAMES, RELATIONS, opinions
from insight_app.project.judgements.store import Judgements

ADA, BEN = Person("a", "Ada"), Person("b", "Ben")
DOG, CAT = j.machine_concept("f", 1), j.machine_concept("f", 2)
IMAGE = "0123456789abcdef"


def test_each_ones_last_word_counts_less_what_was_taken_back(tmp_path: Path) -> None:
    with Judgements.open(tmp_path / "j.sqlite", ADA) as log:

        def say(person: Person, *acts: j.Act) -> None:
            log.judge_as(person)
            log.judge(acts, "said")

        say(ADA, j.reject(DOG, "dog"))
        say(ADA, j.accept(DOG, "dog"))
        say(BEN, j.reject(DOG, "dog"), j.add_parent(DOG, CAT), j.mark(DOG, Mark(IMAGE, 3), False))
        say(ADA, j.remove_parent(DOG, CAT), j.mark(DOG, Mark(IMAGE, 3), True))
        say(BEN, j.label("pets", IMAGE, "dog"))
        say(ADA, j.label("pets", IMAGE, "cat"))
        say(ADA, j.hide(CAT))
        log.undo()
        found = opinions(log.entries())
    assert found.words[NAMES] == {f"{DOG} dog": {"a": "accepted", "b": "rejected"}}
    assert found.words[RELATIONS] == {j.relation(DOG, CAT): {"a": "no", "b": "yes"}}
    assert list(found.words[EXAMPLES].values()) == [{"a": "yes", "b": "no"}]
    assert list(found.words[LABELS].values()) == [{"a": "cat", "b": "dog"}]
    assert found.people["a"].said["hide"] == 0 and found.people["a"].said["accept"] == 1
    assert found.people["b"].name == "Ben"


def test_what_was_done_again_and_what_was_cleared(tmp_path: Path) -> None:
    with Judgements.open(tmp_path / "j.sqlite", ADA) as log:
        log.judge([j.accept(DOG, "dog")], "said")
        log.undo()
        assert opinions(log.entries()).words.get(NAMES, {}) == {}
        log.redo()
        log.judge([j.label("pets", IMAGE, "dog")], "said")
        log.judge([j.unlabel("pets", IMAGE)], "said")
        found = opinions(log.entries())
    assert found.words[NAMES] == {f"{DOG} dog": {"a": "accepted"}}
    assert found.words[LABELS] == {next(iter(found.words[LABELS])): {}}
