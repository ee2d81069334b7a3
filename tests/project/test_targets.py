"""What judgements can be about: spelled and read back, and what a change to them touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_app.concepts.composition import Mark
from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.judgements import auditing
from insight_app.project.judgements import targets as t
from insight_app.project.judgements.acts import Act
from insight_app.project.judgements.changes import before, changes, spoken_of
from insight_app.project.judgements.log import kinds
from insight_app.project.judgements.payloads import Intervention, SignedReport, View
from insight_app.project.judgements.targets import About, Target, parse

A, B, C = (j.machine_concept("0f1e", index) for index in (1, 2, 30))
OWN, PART = j.ConceptId("own:11"), j.ConceptId("own:22")
TEXTS = (
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
HASH = "a1b2c3d4e5f60718"
KEY, SHA = "0a1b2c3d-0000-4000-8000-00000000000f", "5" * 64


@given(TEXTS, st.sampled_from(["", "de", "pt-BR"]))
def test_an_alias_is_read_back_whatever_is_in_its_text(text: str, language: str) -> None:
    said = j.Alias(text, language)
    assert parse(t.alias_target(A, said)) == Target(About.ALIAS, (A,), alias=said)
    assert parse(t.tag_target(HASH, text)) == Target(About.TAG, image=HASH, tag=text)
    labelled = Target(About.LABEL, image=HASH, label_set=text)
    assert parse(t.label_target(text, HASH)) == labelled
    assert parse(t.label_target(f"{text} # {HASH}", HASH)) != labelled


def test_each_thing_is_read_back() -> None:
    assert parse(A) == Target(About.CONCEPT, (A,))
    assert parse(OWN) == Target(About.CONCEPT, (OWN,))
    assert parse(t.relation(A, OWN)) == Target(About.RELATION, (A, OWN))
    assert parse(t.member_target(OWN, A)) == Target(About.MEMBER, (OWN, A))
    assert parse(t.mark_target(A, Mark(HASH, 17))) == Target(About.MARK, (A,), mark=Mark(HASH, 17))
    assert parse(t.pair_target(B, A)) == Target(About.PAIR, (A, B))
    assert parse(t.finding_target(KEY)) == Target(About.FINDING, key=KEY)
    assert parse(t.edit_target(KEY)) == Target(About.EDIT, key=KEY)
    signed = Target(About.SIGNATURE, key=SHA, person="ada + ben")
    assert parse(t.signature_target(SHA, "ada + ben")) == signed
    assert parse("project") == Target(About.PROJECT)


@pytest.mark.parametrize(
    "target",
    [
        "", "0f1e", "0f1e:01", f"{A} > ", f"{A} > {B} > {C}", f"{A} < {A}", f"{B} | {A}",
        f"{A} ~  @de", f"{A} ~ cat", f"{A} ~ cat @d e", f"{A} # {HASH}:-1", f"{A} # 12:3",
        f"{A} ~ a\0b @", f"image:{HASH} + a\x7f",
        f"image:{HASH}", f"image:{HASH} + ", "image:xyz + word", f"{A} + word", f"{A} ~ a  b @",
    ],
)  # fmt: skip
def test_what_is_spelled_like_nothing_is_nothing(target: str) -> None:
    assert parse(target) is None


@pytest.mark.parametrize(
    "target",
    [
        "finding:x", "edit:412", "signature:own:1",
        "label:3", f"label: # {HASH}", f"label:a  b # {HASH}", f"label:{HASH}", "label:a # xyz",
        f"finding:{KEY.upper()}", f"edit:{KEY} + x", f"signature:{SHA}",
    ],
)  # fmt: skip
def test_reserved_targets_are_known_and_taken(target: str) -> None:
    assert parse(target) == Target(About.RESERVED)
    assert j.parse_concept(target) is None
    assert all(kinds.fault(kind, target, dict.fromkeys(known.sets)) for kind, known in
               kinds.KINDS.items())  # fmt: skip


def everything() -> list[Act]:
    """Return an act of every kind that there is."""
    return [
        j.create(OWN, "boat"), j.rename(A, "sail"), j.accept(B, "mast"), j.unsure(C, "rope"),
        j.reject(C, "rope"), j.clear_status(C), j.hide(C), j.unhide(C), j.note(A, "white"),
        j.define(A, "cloth that takes the wind"), j.alias(A, "Segel", "de"),
        j.remove_alias(A, "canvas"), *j.merge(A, [B]), *j.unmerge(A, [B]), *j.group(OWN, "x", [A]),
        *j.split(C, [(OWN, "one", [Mark(HASH, 1)]), (PART, "two", [Mark(HASH, 2)])]),
        *j.unsplit(C, [OWN, PART]), j.keep_apart(B, A), j.allow_together(A, B),
        j.tag(HASH, "blurred"), j.untag(HASH, "blurred"), j.label("birds", HASH, "wren"),
        j.unlabel("birds", HASH), j.relation_kind(A, B, "part-of"),
        *j.reverse(A, B, "is-a"), j.add_parent(A, B), j.remove_parent(A, B),
        j.accept_relation(A, B), j.unsure_relation(A, B), j.reject_relation(A, B),
        j.clear_relation(A, B), j.language("de"),
        auditing.pin(KEY, View("a dog"), "on snow", is_critical=True),
        auditing.comment_finding(KEY, "in snow"), auditing.judge_critical(KEY, False),
        auditing.close_finding(KEY, "seen again"), auditing.reopen_finding(KEY),
        auditing.remove_finding(KEY), auditing.keep_edit(KEY, "no snow", Intervention("f", {1: 0})),
        auditing.rename_edit(KEY, "without snow"), auditing.note_edit(KEY, "as expected"),
        auditing.discard_edit(KEY), auditing.sign(SHA, "ada", SignedReport("r"), "I agree."),
        auditing.withdraw_signature(SHA, "ada"),
    ]  # fmt: skip


def test_every_kind_has_an_act_and_every_act_fits_its_kind() -> None:
    assert {act.kind for act in everything()} == set(kinds.KINDS)
    for act in everything():
        assert kinds.fault(act.kind, act.target, act.after) == ""


def test_a_state_names_the_targets_that_it_is_made_of() -> None:
    state, again = j.CurationState(), j.CurationState()
    said: dict[str, dict[str, object]] = {}
    for act in everything():
        said.setdefault(act.target, {}).update(act.after)
        state.set(act.target, said[act.target])
    for target in spoken_of(state):
        again.set(target, said.get(target, {}))
    assert again == state


def test_control_characters_are_left_out() -> None:
    assert j.alias(A, "a\0b\x1b[31m\x9f c") == j.alias(A, "ab[31m c")
    assert j.tag(HASH, "\x07wet") == j.tag(HASH, "wet")
    assert j.rename(A, "sa\0il").after["name"] == "sail"
    assert j.note(A, "one\n\ttwo\0").after["note"] == "one\n\ttwo"


def test_what_is_refused_says_why() -> None:
    for wrong in (
        lambda: j.merge(A, [A]),
        lambda: j.keep_apart(A, A),
        lambda: j.alias(A, "  "),
        lambda: j.alias(A, "cat", "no language"),
        lambda: j.split(A, [(OWN, "one", [Mark(HASH, 1)])]),
        lambda: j.split(OWN, [(OWN, "one", [Mark(HASH, 1)]), (PART, "two", [Mark(HASH, 2)])]),
        lambda: j.split(A, [(OWN, "one", [Mark(HASH, 1)]), (PART, "two", [])]),
    ):
        with pytest.raises(Refusal):
            wrong()


def test_changes_tell_what_came_and_went_and_from_where() -> None:
    state = j.CurationState()

    def say(*acts: Act) -> j.Changes:
        touched = before(state, [act.target for act in acts])
        for act in acts:
            state.set(act.target, act.after)
        return changes(touched, state, "said")

    merged = say(*j.merge(A, [B, C]))
    assert (merged.added, merged.removed) == (frozenset(), {B, C})
    assert merged.changed == {A} and merged.structure
    assert dict(merged.came_from) == {A: (B, C)}

    back = say(*j.unmerge(A, [B]))
    assert (back.added, back.changed, dict(back.came_from)) == ({B}, {A}, {})

    parts = say(*j.split(A, [(OWN, "one", [Mark(HASH, 1)]), (PART, "two", [Mark(HASH, 2)])]))
    assert parts.added == {OWN, PART} and parts.relations == {(OWN, A), (PART, A)}
    assert dict(parts.came_from) == {OWN: (A,), PART: (A,)}

    named = say(j.rename(A, "sail"))
    assert (named.changed, named.structure) == ({A}, False)
    assert say(j.tag(HASH, "blurred")).images == {HASH}
    labelled = say(j.label("birds", HASH, "wren"))
    assert (labelled.images, labelled.label_sets, labelled.changed) == ({HASH}, {"birds"}, set())


def test_what_tells_concepts_apart_is_the_same_in_every_session() -> None:
    assert j.reference(j.machine_concept("f" * 32, 412)) == "#412"
    assert j.reference(j.ConceptId("own:1a2b3c4d-0000-4000-8000-000000000000")) == "own:1a2b3c4d"
