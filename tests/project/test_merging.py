"""Taking concepts out of a merge: they leave it, whatever pairs it was made of."""

from hypothesis import given
from hypothesis import strategies as st

from insight_app.project.judgements.state import CurationState
from insight_app.project.judgements.structure.merges import Merges
from insight_app.project.judgements.structure.merging import taken_out
from insight_app.project.judgements.targets import machine_concept, member_target

CONCEPTS = [machine_concept("d1c7", index) for index in range(6)]
PAIRS = st.permutations(CONCEPTS).map(lambda order: (order[0], order[1]))


def merges(state: CurationState) -> Merges:
    found = Merges(lambda _concept: True, lambda _concept: False, CONCEPTS.index)
    found.set(state.members, state.holders)
    return found


@given(st.sets(PAIRS, max_size=8), st.sets(st.sampled_from(CONCEPTS), max_size=4))
def test_what_is_taken_out_leaves_the_one_that_stood_for_it(said, out) -> None:
    state = CurationState()
    for holder, member in said:
        state.set(member_target(holder, member), {"merged": True})
    before = merges(state)
    for holder in list(before.members):
        leaving = sorted(out & set(before.members[holder]))
        acts = taken_out(state, leaving)
        for act in acts:
            state.set(act.target, act.after)
        after = merges(state)
        for one in leaving:
            assert after.holders.get(one, one) not in {holder, after.holders.get(holder, holder)}
        assert {act.target for act in acts} <= {member_target(*pair) for pair in said}
