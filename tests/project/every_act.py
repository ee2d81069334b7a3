"""Acts of every kind on a handful of concepts, photos and words, for tests that try many."""

from hypothesis import strategies as st

from insight_app.concepts.composition import Mark
from insight_app.project import judgements as j
from insight_app.project.judgements import Act

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
    "language": st.builds(j.language, st.sampled_from(["", "de", "pt-BR"])),
}
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
