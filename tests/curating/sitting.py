"""What one who curates does in a sitting, key by key: concepts, relations, then the structure.

What the log must say is worked out from what is shown before the key is pressed.
"""

from collections.abc import Sequence
from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from insight_app.gui.curation.facts.relations import CHILDREN, PARENTS
from insight_app.gui.relations.edge_title import taken_as, turned_as
from insight_app.gui.state.present_relation import find_relation
from insight_app.project import judgements as j
from insight_app.project.judgements import Act, ConceptId
from insight_app.project.similarity.splitting import marks
from tests.curating.curator import Curator, Wrong
from tests.long_day.hands import CTRL, NO, SHIFT, click, turn_to, until, write

Key = Qt.Key
WORKSPACES = {"concepts": Key.Key_2, "review": Key.Key_3}
CONCEPT_KEYS = "AAUAXAAH"
RELATION_KEYS = (*"AUXIPLVA", Key.Key_Delete)
KINDS = {"I": "is-a", "P": "part-of", "L": "related"}
RENAMES_EVERY, DIGITS_EVERY = 25, 10


# ---- concepts


def judge_concepts(by: Curator, most: int) -> int:
    """Go through the queue of Review by keys; return how many were judged."""
    by.key(WORKSPACES["review"], CTRL)
    fold = by.panel("queue").fold
    if fold.isVisible() and not fold.is_open:
        click(fold)  # what has little in common is judged too
    by.settle()
    turn_to(by.panel("queue").list)
    by.key(Key.Key_Home)
    concepts = by.panel("queue").list.concepts
    for count in range(min(most, len(concepts))):
        _judge_concept(by, count)
    return min(most, len(concepts))


def _judge_concept(by: Curator, count: int) -> None:
    """Judge the selected concept by the key whose turn it is, and go on to the next."""
    state, selection = by.window.session.state, by.window.session.selection
    listed, concept = list(by.panel("queue").list.concepts), selection.primary
    assert concept is not None
    place = listed.index(concept)
    following = listed[place + 1] if place + 1 < len(listed) else None
    row = state.row_of(concept)
    assert row is not None and state.results is not None
    name = _name(by, concept)
    by.measure("concept")
    if count % RENAMES_EVERY == RENAMES_EVERY - 1:
        by.measure("concept renamed")
        _rename(by, concept, f"by hand {count}")
        by.key(Key.Key_Right)
    elif count % DIGITS_EVERY == DIGITS_EVERY - 1:
        candidates = state.results.candidates(row)[:3]
        term = candidates[count % len(candidates)].term if candidates else ""
        acts = [j.rename(concept, term)] if candidates else []
        by.judge(str(1 + count % len(candidates)) if candidates else "1", NO, lambda: acts)
        by.key(Key.Key_Right)
    else:
        key = CONCEPT_KEYS[count % len(CONCEPT_KEYS)]
        make = {"A": j.accept, "U": j.unsure, "X": j.reject}
        act = j.hide(concept) if key == "H" else make[key](concept, name)
        by.judge(key, NO, lambda: [act])
    if following is not None and selection.primary != following:
        raise Wrong(f"after {concept} comes {selection.primary}, not {following}")


def _rename(by: Curator, concept: ConceptId, name: str) -> None:
    by.key(Key.Key_F2)
    until(lambda: isinstance(QApplication.focusWidget(), QLineEdit), "a field for the name")
    write(name)
    by.judge(Key.Key_Return, NO, lambda: [j.rename(concept, name)])


def _name(by: Curator, concept: ConceptId) -> str:
    """Return what a concept is called by all that was said so far."""
    state = by.window.session.state
    given, row = by.said.fields.get(concept, {}).get("name"), state.row_of(concept)
    assert row is not None
    return str(given or state.machine_name(row))


# ---- relations


def judge_relations(by: Curator, placed: int, carded: int, most: int) -> int:
    """Judge relations at places of the tree and in the card, and from their queue up to `most`."""
    by.key(WORKSPACES["concepts"], CTRL)
    done = _judge_places(by, placed)
    done += _judge_listed(by, carded)
    by.key(WORKSPACES["review"], CTRL)
    by.key(Key.Key_PageDown, CTRL)
    queue = by.panel("relation_queue").list
    until(lambda: bool(queue.relations), "relations to judge")
    by.settle()
    turn_to(queue)
    queue.scrollToTop()
    click(queue.viewport(), queue.visualRect(queue.rows.index(0)).center())
    for count in range(min(most - done, len(queue.relations) - 1)):
        _judge_relation(by, RELATION_KEYS[count % len(RELATION_KEYS)])
        done += 1
    return done


def _judge_places(by: Curator, most: int) -> int:
    """Go down the tree, opening what is closed, and judge the relation of each place."""
    session, view = by.window.session, by.panel("hierarchy").view
    turn_to(view)
    by.key(Key.Key_Home)
    done = 0
    while done < most:
        by.key(Key.Key_Right)
        before = view.currentIndex()
        by.key(Key.Key_Down)
        if view.currentIndex() == before:
            break
        by.key("B")
        if session.relations.current:
            # The selection goes on to the relation of the next place, the keys of the tree stay.
            _judge_relation(by, "AUXPA"[done % 5])
            done += 1
            if session.relations.current:
                by.key("B")
    return done


def _judge_listed(by: Curator, most: int) -> int:
    """Click the parents and children that the card lists, and judge them by keys."""
    lists, done = by.panel("card").relatives.lists, 0
    view = by.panel("hierarchy").view
    while done < most:
        turn_to(view)
        before = view.currentIndex()
        by.key(Key.Key_Down)
        by.settle()
        if view.currentIndex() == before:
            break
        for part in (PARENTS, CHILDREN):
            rows = lists[part]
            if rows.isVisible() and rows.relations and done < most:
                click(rows.viewport(), rows.visualRect(rows.model().index(0, 0)).center())
                by.settle()
                _judge_relation(by, "UXA"[done % 3])
                done += 1
    return done


def _judge_relation(by: Curator, key: Qt.Key | str) -> None:
    """Judge the selected relation, once its card is whole."""
    by.settle()
    session, state = by.window.session, by.window.session.state
    if len(session.relations.current) != 1:
        raise Wrong(f"{key} is about {session.relations.current}")
    (relation,) = session.relations.current
    found = find_relation(state, relation)
    assert found is not None
    known = by.panel("exemplars").edge.reader.get(found)
    kind = taken_as(found, None if known is None else known.proposal)
    accepts = j.accept_relation if found.measured is not None else j.add_parent
    acts: Sequence[Act]
    if key == "A":
        acts = [accepts(*relation), *([j.relation_kind(*relation, kind)] if kind else [])]
    elif key == "U":
        acts = [j.unsure_relation(*relation)]
    elif isinstance(key, str) and key in KINDS:
        acts = [accepts(*relation), j.relation_kind(*relation, KINDS[key])]
    elif key == "V":
        assert state.catalogue is not None
        refused = state.catalogue.reverse_refusal(found.child, found.parent, str)
        turned = turned_as(found, None if known is None else known.proposal)
        acts = [] if refused else j.reverse(*relation, found.kind or turned or None)
    else:
        acts = [j.reject_relation(*relation)]
    queue = by.window.docks["relation_queue"].panel
    is_queued = queue is not None and queue.isVisible() and queue.list.has(relation)
    following = queue.list.neighbour(relation, 1, ()) if is_queued else None
    by.measure("relation")
    by.judge(key, NO, lambda: acts)
    by.measure("relation, its card whole")
    if key == "V" and not acts:
        return  # it stays where it cannot be turned round
    if following is not None and session.selection.relation != following:
        raise Wrong(f"after {relation} comes {session.selection.relation}, not {following}")


# ---- structure


def build(by: Curator, merges: int, groups: int, splits: int, apart: int) -> None:
    """Merge, group, keep apart and split what stands in the tree."""
    by.key(WORKSPACES["concepts"], CTRL)
    turn_to(by.panel("hierarchy").view)
    by.key(Key.Key_Home)
    by.measure("structure")
    for count in range(merges):
        _merge(by, drops=count == 0)
    for count in range(groups):
        _group(by, f"group of mine {count}")
    for _one in range(apart):
        chosen = _choose(by, 2)
        acts = [j.keep_apart(*pair) for pair in combinations(chosen, 2)]
        by.judge("K", NO, lambda acts=acts: acts)
    for count in range(splits):
        _split(by, count)


def _choose(by: Curator, count: int) -> tuple[ConceptId, ...]:
    """Select so many different concepts that stand below each other in the tree."""
    view, selection = by.panel("hierarchy").view, by.window.session.selection
    turn_to(view)
    for _try in range(2):
        by.key(Key.Key_Down)
        before = None
        while view.currentIndex() != before:
            if len(selection.concepts) >= count:
                return selection.concepts
            before = view.currentIndex()
            by.key(Key.Key_Down, SHIFT)
        by.key(Key.Key_Home)  # that was the end of it
    raise Wrong("nothing can be selected in the tree")


def _merge(by: Curator, drops: bool) -> None:
    """Lay a merge of three out, or of four of which one is dropped, and do it."""
    session = by.window.session
    chosen = _choose(by, 4 if drops else 3)
    by.key(Key.Key_Return, CTRL)
    by.settle()
    if session.staging.stage is None or set(session.staging.stage.ticked) != set(chosen):
        raise Wrong(f"laid out is {session.staging.stage}, not {chosen}")
    if drops:
        by.panel("alike").table.make_current(2)
        by.key(Key.Key_Space)
        by.settle()
    holder, *members = session.staging.stage.ticked
    if len(members) != 2:
        raise Wrong(f"{len(members)} members are ticked")
    acts = [*j.merge(holder, members), *_aliases(by, holder, members)]
    by.judge(Key.Key_Return, CTRL, lambda: acts)
    by.settle()


def _aliases(by: Curator, holder: ConceptId, members: Sequence[ConceptId]) -> list[Act]:
    """Return the aliases that a merge gives: what persons called the others."""
    catalogue, state = by.window.session.state.catalogue, by.window.session.state
    assert catalogue is not None
    rows = dict(zip(members, state.rows_of(members), strict=True))
    (row,) = state.rows_of((holder,))
    known = {_name(by, holder), *(one.text for one in catalogue.aliases(row))}
    every = [one for member in members
             for one in (member, *state.ids_of(catalogue.members(rows[member])))]  # fmt: skip
    named = [by.said.fields.get(one, {}).get("name") for one in every]
    texts = dict.fromkeys(str(name) for name in named if name and name not in known)
    return [j.alias(holder, text) for text in texts]


def _group(by: Curator, name: str) -> None:
    session, chosen = by.window.session, _choose(by, 3)
    by.key("g", CTRL)
    by.settle()
    write(name)
    by.judge(
        Key.Key_Return, NO, lambda: j.group(str(session.selection.primary), name, list(chosen))
    )
    by.settle()


def _split(by: Curator, count: int) -> None:
    """Split the next concept that can be split, as it is proposed."""
    session, view = by.window.session, by.panel("hierarchy").view
    state, draft = session.state, session.splitting
    for _try in range(60):
        turn_to(view)
        by.key(Key.Key_Down)
        by.key("t", CTRL)
        by.settle()
        if draft.proposal is not None and not draft.why_not:
            break
        by.key(Key.Key_Escape)
    else:
        raise Wrong("nothing can be split")
    whole, names = draft.concept, list(draft.names)
    assert whole is not None and state.results is not None and draft.proposal is not None
    places = [marks(state.results, part.examples) for part in draft.proposal.parts]

    def acts() -> list[Act]:
        by.settle()
        assert state.catalogue is not None
        rows = state.catalogue.parts(state.rows_of((whole,))[0])
        made = {state.catalogue.names[row]: state.id_of(row) for row in rows}
        return j.split(
            whole, [(made[name], name, on) for name, on in zip(names, places, strict=True)]
        )

    by.judge(Key.Key_Return, CTRL, acts)
    by.settle()


# ---- the tree alone


def walk(by: Curator, keys: int) -> None:
    """Go through the tree: down, open, judge concepts and relations, undo."""
    by.measure("tree shown")
    by.key(WORKSPACES["concepts"], CTRL)
    by.settle()
    session, view = by.window.session, by.panel("hierarchy").view
    turn_to(view)
    for count in range(keys):
        by.measure("open a branch")
        by.key(Key.Key_Right)
        by.measure("down")
        by.key(Key.Key_Down)
        concept = session.selection.primary
        assert concept is not None
        by.measure("judge a concept")
        act = j.unsure(concept, _name(by, concept))
        by.judge("U", NO, lambda act=act: [act])
        if count % 3 == 0:
            by.measure("undo")
            by.undo()
        by.key("B")
        if session.relations.current:
            _judge_relation(by, "XUA"[count % 3])
            if session.relations.current:
                by.key("B")
