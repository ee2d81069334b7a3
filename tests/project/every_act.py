"""Acts of every kind on a handful of concepts, photos and words, for tests that try many."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from insight_app.concepts.composition import Mark
from insight_app.project import judgements as j
from insight_app.project.judgements import Act, auditing
from insight_app.project.judgements.payloads import (
    Intervention,
    KeptEffect,
    SeenFigure,
    SignedReport,
    View,
)
from insight_app.project.judgements.targets import parse, signature_target

CONCEPTS = tuple(map(j.ConceptId, ("f:0", "f:1", "own:x", "own:y")))
NAMES = ("dog", "wolf")
IMAGE = "0123456789abcdef"
PLACES = (Mark(IMAGE, 0), Mark(IMAGE, 195))

concepts, names = st.sampled_from(CONCEPTS), st.sampled_from(NAMES)
own = st.sampled_from(CONCEPTS[2:])
pairs = st.tuples(concepts, concepts).filter(lambda pair: pair[0] != pair[1])
part_and_whole = st.tuples(own, concepts).filter(lambda pair: pair[0] != pair[1])
words = st.tuples(concepts, names, st.sampled_from(["", "en"]))
sayings = st.sampled_from((True, False, None))
label_sets = st.sampled_from(("birds", "folders", "a # b"))
tags = st.tuples(st.just(IMAGE), names)
KEYS = st.sampled_from([f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2)])
VIEWS = st.sampled_from(
    [
        View("Photo 3 is a dog", "Explain", "class", ("f:0",), IMAGE, 3, {"class": "dog"},
             (SeenFigure("score of dog", "0.31"),), "0f1e"),
        View("Nothing special"),
    ]
)  # fmt: skip
EDITS = st.sampled_from(
    [
        Intervention("f", {412: 0.0, 7: 0.5}, (IMAGE,), {"labels": "folders"},
                     (KeptEffect("accuracy", "share", "9 photos", 0.77, 0.7, -0.1, 0.0),), "0f"),
        Intervention("f", {7: 2.0}),
    ]
)  # fmt: skip
REPORTS, WHO = st.sampled_from(["a" * 64, "0" * 64]), "who"
SIGNED = st.sampled_from([SignedReport("report-1", "audit.html", "head", 2)])
comments = st.sampled_from(["", "on snow"])


def _split(pair: tuple[j.ConceptId, j.ConceptId]) -> Act:
    part, whole = pair
    acts = j.split(whole, [(part, "half", PLACES), (part, "half", PLACES)])
    return next(act for act in acts if act.kind == "split")


BY_KIND: dict[str, st.SearchStrategy[Act]] = {
    "create": st.builds(j.create, own, names),
    "rename": st.builds(j.rename, concepts, names),
    "accept": st.builds(j.accept, concepts, names),
    "reject": st.builds(j.reject, concepts, names),
    "unsure": st.builds(j.unsure, concepts, names),
    "clear": st.builds(j.clear_status, concepts),
    "hide": st.builds(j.hide, concepts),
    "unhide": st.builds(j.unhide, concepts),
    "note": st.builds(j.note, concepts, st.sampled_from(["", "blurred"])),
    "define": st.builds(j.define, concepts, st.sampled_from(["", "an animal"])),
    "add-parent": pairs.map(lambda pair: j.add_parent(*pair)),
    "remove-parent": pairs.map(lambda pair: j.remove_parent(*pair)),
    "accept-relation": pairs.map(lambda pair: j.accept_relation(*pair)),
    "unsure-relation": pairs.map(lambda pair: j.unsure_relation(*pair)),
    "reject-relation": pairs.map(lambda pair: j.reject_relation(*pair)),
    "clear-relation": pairs.map(lambda pair: j.clear_relation(*pair)),
    "relation-kind": st.builds(
        lambda pair, kind: j.relation_kind(*pair, kind),
        pairs,
        st.sampled_from(["is-a", "part-of", "related", None]),
    ),
    "alias": words.map(lambda word: j.alias(*word)),
    "remove-alias": words.map(lambda word: j.remove_alias(*word)),
    "merge": pairs.map(lambda pair: j.merge(pair[0], [pair[1]])[0]),
    "unmerge": pairs.map(lambda pair: j.unmerge(pair[0], [pair[1]])[0]),
    "split": part_and_whole.map(_split),
    "unsplit": part_and_whole.map(lambda pair: j.unsplit(pair[1], [pair[0]])[0]),
    "mark": st.builds(
        j.mark, concepts, st.sampled_from(PLACES), st.sampled_from([True, False, None])
    ),
    "keep-apart": pairs.map(lambda pair: j.keep_apart(*pair)),
    "allow-together": pairs.map(lambda pair: j.allow_together(*pair)),
    "tag": tags.map(lambda tag: j.tag(*tag)),
    "untag": tags.map(lambda tag: j.untag(*tag)),
    "label": st.builds(j.label, label_sets, st.sampled_from((IMAGE, IMAGE[::-1])), names),
    "unlabel": st.builds(j.unlabel, label_sets, st.sampled_from((IMAGE, IMAGE[::-1]))),
    "pin": st.builds(auditing.pin, KEYS, VIEWS, comments, is_critical=st.booleans()),
    "comment-finding": st.builds(auditing.comment_finding, KEYS, comments),
    "critical-finding": st.builds(auditing.judge_critical, KEYS, st.booleans()),
    "close-finding": st.builds(auditing.close_finding, KEYS, comments),
    "reopen-finding": st.builds(auditing.reopen_finding, KEYS),
    "remove-finding": st.builds(auditing.remove_finding, KEYS),
    "keep-edit": st.builds(auditing.keep_edit, KEYS, names, EDITS, comments),
    "rename-edit": st.builds(auditing.rename_edit, KEYS, names),
    "note-edit": st.builds(auditing.note_edit, KEYS, comments),
    "discard-edit": st.builds(auditing.discard_edit, KEYS),
    "sign": st.builds(auditing.sign, REPORTS, st.just(WHO), SIGNED, comments),
    "withdraw-signature": st.builds(auditing.withdraw_signature, REPORTS, st.just(WHO)),
    "language": st.builds(j.language, st.sampled_from(["", "de", "pt-BR"])),
}


def by(person: str, said: Sequence[Act]) -> list[Act]:
    """Return what was said as this person says it: everybody signs for oneself alone."""
    found = [parse(act.target) for act in said]
    return [
        replace(act, target=signature_target(about.key, person)) if about and about.person else act
        for act, about in zip(said, found, strict=True)
    ]


acts = st.one_of(*BY_KIND.values())
composed = st.one_of(
    pairs.map(lambda pair: j.reverse(*pair, "part-of")),
    pairs.map(lambda pair: j.merge(pair[0], [pair[1]], [j.Alias("hound", "en")])),
    part_and_whole.map(lambda pair: j.group(pair[0], "pack", [pair[1]])),
    part_and_whole.map(lambda pair: j.ungroup(pair[0], [pair[1]])),
    part_and_whole.map(lambda pair: j.unsplit(pair[1], [pair[0]])),
    concepts.filter(lambda one: not j.is_own(one)).map(
        lambda whole: j.split(
            whole, [(CONCEPTS[2], "head", PLACES[:1]), (CONCEPTS[3], "tail", PLACES[1:])]
        )
    ),
)
groups = st.one_of(st.lists(acts, min_size=1, max_size=4), composed)
