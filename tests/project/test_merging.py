"""Taking concepts out of a merge: they leave it, whatever pairs it was made of."""

from hypothesis import given
from hypothesis import strategies as st

from insight_app.project.judgements.state import CurationState
from insight_app.project.judgements.structure.merges import Merges
from insight_app.project.judgements.structure.merging import taken_out
from insight_app.project.judgements.targets import (
    Alias,
    alias_target,
    machine_concept,
    member_target,
)

CONCEPTS = [machine_concept("d1c7", index) for index in range(6)]
PAIRS = st.permutations(CONCEPTS).map(lambda order: (order[0], order[1]))


def merges(state: CurationState) -> Merges:
    found = Merges(lambda _concept: True, lambda _concept: False, CONCEPTS.index)
    found.set(state.members, state.holders)
    return found


@given(
    st.lists(PAIRS, max_size=8, unique=True),
    st.sets(st.sampled_from(CONCEPTS), max_size=4),
    st.lists(st.sampled_from(["", "boat", "car"]), min_size=6, max_size=6),
    st.sets(st.tuples(st.sampled_from(CONCEPTS), st.sampled_from(["boat", "car"])), max_size=3),
)
def test_what_is_taken_out_leaves_the_one_that_stood_for_it(
    said, out, names, given_by_hand
) -> None:
    state, came = CurationState(), set()
    for concept, name in zip(CONCEPTS, names, strict=True):
        state.set(concept, {"name": name or None})
    for concept, text in sorted(given_by_hand):
        state.set(alias_target(concept, Alias(text)), {"listed": True})
    for holder, member in said:
        came |= merge(state, holder, member)
    before = merges(state)
    kept = aliases(state) - came
    for holder in list(before.members):
        leaving = sorted(out & set(before.members[holder]))
        acts = taken_out(state, leaving, came.__contains__)
        for act in acts:
            state.set(act.target, act.after)
        after = merges(state)
        for one in leaving:
            assert after.holders.get(one, one) not in {holder, after.holders.get(holder, holder)}
        cut = {act.target for act in acts if act.kind == "unmerge"}
        assert cut <= {member_target(*pair) for pair in said}
        lost = {act.target for act in acts if act.kind == "remove-alias"}
        assert lost <= came and bool(lost) <= bool(cut)
    assert kept <= aliases(state)
    if out:
        for concept, found in state.aliases.items():
            for alias in found:
                if alias_target(concept, alias) in came and touched(before, concept, out):
                    assert alias.text in called(state, concept)


def merge(state: CurationState, holder: str, member: str) -> set[str]:
    """Merge as a window does; return the aliases that came with it."""
    new = {one for one in called(state, member, itself=True) if one != name_of(state, holder)}
    came = {alias_target(holder, Alias(text)) for text in new} - aliases(state)
    for target in came:
        state.set(target, {"listed": True})
    state.set(member_target(holder, member), {"merged": True})
    return came


def aliases(state: CurationState) -> set[str]:
    return {alias_target(one, alias) for one, found in state.aliases.items() for alias in found}


def name_of(state: CurationState, concept: str) -> str | None:
    found = state.concepts.get(concept)
    return None if found is None else found.name


def called(state: CurationState, concept: str, itself: bool = False) -> set[str]:
    """Return what all that is merged with a concept is called."""
    found = merges(state)
    holder = found.holders.get(concept, concept)
    others = {holder, *found.members.get(holder, ())} - (set() if itself else {concept})
    return {name for one in others if (name := name_of(state, one))}


def touched(before: Merges, concept: str, out: set[str]) -> bool:
    """Return whether anything was taken out of what a concept was merged with."""
    holder = before.holders.get(concept, concept)
    return bool(out & set(before.members.get(holder, ())))
