"""WordNet's file of nouns, read from a small one in the same format."""

from pathlib import Path

import pytest

from insight_app.concepts.quality import taxonomy
from insight_app.concepts.quality.taxonomy import Taxonomy
from insight_app.errors import KnownError

NOUNS = """\
  1 This software and database is being provided to you, the LICENSEE, by
  2 Princeton University under the following license.  By obtaining, using
00001740 03 n 01 entity 0 001 ~ 00001930 n 0000 | that which is perceived to have existence
00001930 03 n 02 thing 0 Physical_Object 1 002 @ 00001740 n 0000 ~ 00001950 n 0000 | an entity
00001950 05 n 01 animal 0 002 @ 00001930 n 0000 + 00015388 a 0101 | a living organism
00002000 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 003 @ 00001950 n 0000 \
@ 00002050 n 0000 #m 00002400 n 0000 | a pet | with a bar in its gloss
00002050 05 n 01 pet 0 001 @ 00001930 n 0000 | a companion
00002100 06 n 01 car 0 002 @ 00001930 n 0000 %p 00002200 n 0000 | a motor vehicle
00002200 06 n 01 wheel 0 003 @ 00001930 n 0000 #p 00002100 n 0000 %p 00002300 n 0000 | turns
00002300 06 n 01 spoke 0 002 @ 00001930 n 0000 #p 00002200 n 0000 | of a wheel
00002400 14 n 01 pack 0 001 @ 00001740 n 0000 | a group of hunting animals
00002500 18 n 01 Lassie 0 001 @i 00002000 n 0000 | a dog of the cinema
00002600 13 n 01 dog 1 001 @ 00001740 n 0000 | a sausage
"""

ENTITY, THING, ANIMAL, DOG, PET = "n00001740", "n00001930", "n00001950", "n00002000", "n00002050"
CAR, WHEEL, SPOKE, PACK, LASSIE = "n00002100", "n00002200", "n00002300", "n00002400", "n00002500"


@pytest.fixture
def wordnet(tmp_path: Path) -> Taxonomy:
    (tmp_path / "data.noun").write_text(NOUNS)
    return taxonomy.read(tmp_path)


def test_words_have_all_their_senses_whatever_capitals_and_underscores(wordnet):
    assert wordnet.synsets("dog") == (DOG, "n00002600")
    assert wordnet.synsets("physical object") == (THING,)
    assert wordnet.synsets("canis familiaris") == (DOG,)
    assert wordnet.synsets("unicorn") == ()
    assert len(wordnet.lemmas) == 11


def test_hypernyms_go_all_the_way_up_and_instances_count(wordnet):
    assert wordnet.with_hypernyms(LASSIE) == {LASSIE, DOG, ANIMAL, PET, THING, ENTITY}
    assert wordnet.is_kind(LASSIE, {ANIMAL}) and wordnet.is_kind(DOG, {DOG})
    assert not wordnet.is_kind(ANIMAL, {DOG})


def test_wholes_are_followed_parts_are_not(wordnet):
    assert wordnet.with_holonyms(SPOKE) == {SPOKE, WHEEL, CAR}
    assert wordnet.with_holonyms(CAR) == {CAR}
    assert wordnet.with_holonyms(DOG) == {DOG, PACK}


def test_a_relation_is_right_when_the_parent_is_truly_above(wordnet):
    assert wordnet.is_kind_or_part([SPOKE], [CAR])
    assert wordnet.is_kind_or_part([DOG], [ANIMAL, CAR])
    assert not wordnet.is_kind_or_part([DOG], [DOG])
    assert not wordnet.is_kind_or_part([CAR], [WHEEL])
    assert not wordnet.is_kind_or_part([], [ANIMAL])


def test_depth_and_similarity_use_the_shortest_way_up(wordnet):
    depths = [wordnet.depth(synset) for synset in (ENTITY, THING, ANIMAL, DOG, LASSIE)]
    assert depths == [1, 2, 3, 4, 5]
    assert wordnet.similarity(DOG, DOG) == 1
    assert wordnet.similarity(DOG, CAR) == pytest.approx(2 * 2 / (4 + 3))
    assert wordnet.similarity(DOG, PACK) == pytest.approx(2 * 1 / (4 + 2))


def test_another_folder_is_refused_in_plain_words(tmp_path):
    with pytest.raises(KnownError, match="not WordNet"):
        taxonomy.read(tmp_path)
    (tmp_path / "data.noun").write_text("one line of something else\n")
    with pytest.raises(KnownError, match=r"data\.noun"):
        taxonomy.read(tmp_path)
