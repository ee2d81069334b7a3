"""Which photographs the demo is made of, from which packages, under which licence.

Tables only; make_photos.py reads them. Boxes are (left, top, right, bottom) as shares of the
source picture. Every source is a photograph; drawn pictures of the same packages are left out.
"""

from typing import NamedTuple


class Source(NamedTuple):
    """A package's picture: its path below the folder of sources, who made it, what it allows."""

    path: str
    author: str
    licence: str


_LOMIRI_16 = "lomiri-wallpapers-16.04/usr/share/backgrounds/"
_LOMIRI_20 = "lomiri-wallpapers-20.04/usr/share/backgrounds/"
_MATE = "mate-backgrounds/usr/share/backgrounds/mate/nature/"
_PLASMA = "plasma-workspace-wallpapers/usr/share/wallpapers/{}/contents/images/2560x1600.jpg"
_SKIMAGE = "scikit-image/skimage/data/"
_SKLEARN = "scikit-learn/sklearn/datasets/images/"
STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps/"
STAMPS_AUTHOR = "Bill Kendrick and the Tux Paint contributors"

SOURCES = {
    "aitzgorri": Source(
        _LOMIRI_16 + "aitzgorri_by_Aitzol_Berasategi.jpg", "Aitzol Berasategi", "CC-BY-4.0"
    ),
    "picos": Source(
        _LOMIRI_16 + "picosdeeuropa_by_Aitzol_Berasategi.jpg", "Aitzol Berasategi", "CC-BY-4.0"
    ),
    "sunset": Source(
        _LOMIRI_16 + "sunset_by_Aitzol_Berasategi.jpg", "Aitzol Berasategi", "CC-BY-4.0"
    ),
    "brook": Source(_LOMIRI_16 + "life_by_Aitzol_Berasategi.jpg", "Aitzol Berasategi", "CC-BY-4.0"),
    "dogs": Source(
        _LOMIRI_16 + "friends_by_Aitzol_Berasategi.jpg", "Aitzol Berasategi", "CC-BY-4.0"
    ),
    "bridge": Source(
        _LOMIRI_16 + "Bridge_by_Sander_Klootwijk.jpg", "Sander Klootwijk", "CC-BY-SA-4.0"
    ),
    "dragonfly": Source(_LOMIRI_16 + "Dragonfly_by_Bolly.jpg", "Bolly", "CC-BY-SA-4.0"),
    "fig": Source(_LOMIRI_16 + "Picture_0B_by_freespace.jpg", 'Trevor "Freespace"', "CC-BY-4.0"),
    "brushes": Source(
        _LOMIRI_16 + "Picture_1A_by_freespace.jpg", 'Trevor "Freespace"', "CC-BY-4.0"
    ),
    "wine": Source(_LOMIRI_16 + "Wine_by_Jakkub_Mede.jpg", "Jakub Mede", "CC-BY-4.0"),
    "dandelion": Source(
        _LOMIRI_16 + "seeding_by_Clements_Engelhardt.jpg", "Clemens Engelhardt", "CC0-1.0"
    ),
    "clock": Source(_LOMIRI_16 + "greentock_by_Peter_Nerlich.jpg", "Peter Nerlich", "CC-BY-SA-4.0"),
    "lamp": Source(_LOMIRI_16 + "free_by_Peter_Nerlich.jpg", "Peter Nerlich", "CC-BY-SA-4.0"),
    "nuthatch": Source(
        _LOMIRI_20 + "Kleiber_by_Lukas_Baubkus.jpg", "Lukas Baubkus", "CC-BY-SA-3.0"
    ),
    "splash": Source(_MATE + "Aqua.jpg", "Charles Barbin", "GPL-2.0-or-later"),
    "leaf": Source(_MATE + "Blinds.jpg", "Lennart Poettering", "GPL-2.0-or-later"),
    "dune": Source(_MATE + "Dune.jpg", "Marco Cogoni", "GPL-2.0-or-later"),
    "fresh_flower": Source(_MATE + "FreshFlower.jpg", "Jens Ansorg", "GPL-2.0-or-later"),
    "garden": Source(_MATE + "Garden.jpg", "Charles Barbin", "GPL-2.0-or-later"),
    "grass": Source(_MATE + "GreenMeadow.jpg", "Timothy Schellhase", "GPL-2.0-or-later"),
    "ladybird": Source(_MATE + "LadyBird.jpg", "Charles Barbin", "GPL-2.0-or-later"),
    "raindrops": Source(_MATE + "RainDrops.jpg", "blackcombwhistler07", "GPL-2.0-or-later"),
    "storm": Source(_MATE + "Storm.jpg", "Sergey Nazarov", "GPL-2.0-or-later"),
    "seeds": Source(_MATE + "TwoWings.jpg", "Charles Barbin", "GPL-2.0-or-later"),
    "wood": Source(_MATE + "Wood.jpg", "Jean-François Fortin Tam", "GPL-2.0-or-later"),
    "yellow_flower": Source(_MATE + "YellowFlower.jpg", "Charles Barbin", "GPL-2.0-or-later"),
    "jetty": Source(_PLASMA.format("BytheWater"), "Maciej Wiklo", "LGPL-3.0-only"),
    "pier": Source(_PLASMA.format("ColdRipple"), "Risto Saukonpää", "LGPL-3.0-only"),
    "cups": Source(_PLASMA.format("ColorfulCups"), "Dmitri Popov", "LGPL-3.0-only"),
    "night_lake": Source(_PLASMA.format("DarkestHour"), "Risto Saukonpää", "LGPL-3.0-only"),
    "boats": Source(_PLASMA.format("EveningGlow"), "Ian Hex", "LGPL-3.0-only"),
    "autumn_leaf": Source(_PLASMA.format("FallenLeaf"), "Martin Klapetek", "LGPL-3.0-only"),
    "facade": Source(_PLASMA.format("Grey"), "Sigi Sagi", "LGPL-3.0-only"),
    "kite": Source(_PLASMA.format("Kite"), "Risto Saukonpää", "LGPL-3.0-only"),
    "moss": Source(_PLASMA.format("OneStandsOut"), "Risto Saukonpää", "LGPL-3.0-only"),
    "forest": Source(_PLASMA.format("Path"), "Risto Saukonpää", "LGPL-3.0-only"),
    "dawn": Source(_PLASMA.format("summer_1am"), "Risto Saukonpää", "LGPL-3.0-only"),
    "astronaut": Source(_SKIMAGE + "astronaut.png", "NASA", "public domain"),
    "photographer": Source(_SKIMAGE + "camera.png", "Lav Varshney", "CC0-1.0"),
    "cat": Source(_SKIMAGE + "chelsea.png", "Stefan van der Walt", "CC0-1.0"),
    "coffee": Source(_SKIMAGE + "coffee.png", "Rachel Michetti", "CC0-1.0"),
    "rocket": Source(_SKIMAGE + "rocket.jpg", "SpaceX", "public domain"),
    "temple": Source(_SKLEARN + "china.jpg", "danielbuechele", "CC-BY-2.0"),
    "dahlia": Source(_SKLEARN + "flower.jpg", "vultilion", "CC-BY-2.0"),
}

WHOLE = (0.0, 0.0, 1.0, 1.0)

# demo file, source, box
PHOTOS = (
    ("landscapes/autumn_mountain", "aitzgorri", WHOLE),
    ("landscapes/mountain_ridge", "aitzgorri", (0.25, 0.08, 0.98, 0.62)),
    ("landscapes/alpine_path", "picos", WHOLE),
    ("landscapes/snow_rocks", "picos", (0.45, 0.2, 1.0, 0.62)),
    ("landscapes/clouds_and_cliff", "picos", (0.0, 0.08, 0.62, 0.55)),
    ("landscapes/sunrise", "sunset", WHOLE),
    ("landscapes/stone_table", "sunset", (0.4, 0.45, 1.0, 1.0)),
    ("landscapes/brook", "brook", WHOLE),
    ("landscapes/brook_cascade", "brook", (0.3, 0.3, 0.75, 0.98)),
    ("landscapes/wide_shore", "bridge", (0.0, 0.3, 0.75, 1.0)),
    ("landscapes/dune_grass", "dune", WHOLE),
    ("landscapes/storm_road", "storm", WHOLE),
    ("landscapes/jetty", "jetty", WHOLE),
    ("landscapes/foggy_pier", "pier", WHOLE),
    ("landscapes/night_lake", "night_lake", (0.15, 0.2, 0.85, 1.0)),
    ("landscapes/lake_at_dawn", "dawn", WHOLE),
    ("landscapes/forest_path", "forest", WHOLE),
    ("landscapes/forest_trunks", "forest", (0.4, 0.0, 1.0, 0.75)),
    ("landscapes/evening_clouds", "boats", (0.2, 0.0, 0.85, 0.48)),
    ("vehicles/rowing_boats", "boats", WHOLE),
    ("vehicles/boats_on_the_shore", "boats", (0.4, 0.45, 1.0, 0.95)),
    ("vehicles/rocket_on_its_pad", "rocket", WHOLE),
    ("flowers/dandelion_clock", "dandelion", (0.02, 0.0, 0.62, 1.0)),
    ("flowers/dandelions_in_the_sun", "dandelion", (0.35, 0.0, 1.0, 1.0)),
    ("flowers/orange_petals", "fresh_flower", WHOLE),
    ("flowers/marigold", "garden", (0.25, 0.0, 1.0, 1.0)),
    ("flowers/yellow_petals", "yellow_flower", (0.15, 0.0, 1.0, 1.0)),
    ("flowers/dahlia", "dahlia", WHOLE),
    ("flowers/two_seeds", "seeds", (0.2, 0.0, 1.0, 1.0)),
    ("flowers/forget_me_not", "ladybird", (0.0, 0.0, 0.5, 0.62)),
    ("leaves/banana_leaf", "leaf", WHOLE),
    ("leaves/leaf_veins", "leaf", (0.0, 0.0, 0.55, 0.7)),
    ("leaves/raindrops", "raindrops", WHOLE),
    ("leaves/young_grass", "grass", WHOLE),
    ("leaves/fallen_maple_leaf", "autumn_leaf", (0.35, 0.1, 1.0, 1.0)),
    ("leaves/autumn_ground", "autumn_leaf", (0.0, 0.2, 0.6, 1.0)),
    ("leaves/moss", "moss", (0.25, 0.15, 0.95, 1.0)),
    ("animals/cat", "cat", WHOLE),
    ("animals/two_dogs", "dogs", (0.1, 0.2, 0.85, 0.72)),
    ("animals/spaniel", "dogs", (0.2, 0.22, 0.7, 0.48)),
    ("animals/ladybird", "ladybird", (0.4, 0.2, 1.0, 0.85)),
    ("animals/dragonfly", "dragonfly", (0.3, 0.15, 0.95, 0.85)),
    ("animals/nuthatch", "nuthatch", (0.15, 0.1, 0.75, 0.95)),
    ("food/fig_in_a_bowl", "fig", WHOLE),
    ("food/fig", "fig", (0.35, 0.22, 0.85, 0.78)),
    ("food/coffee", "coffee", WHOLE),
    ("things/paint_brushes", "brushes", WHOLE),
    ("things/clock", "clock", WHOLE),
    ("things/lamp_and_bird", "lamp", WHOLE),
    ("things/cups", "cups", WHOLE),
    ("things/wine_and_drum", "wine", (0.0, 0.25, 1.0, 1.0)),
    ("things/wine_bottle", "wine", (0.2, 0.08, 1.0, 0.5)),
    ("things/boards", "wood", WHOLE),
    ("things/kite", "kite", (0.35, 0.1, 0.95, 0.7)),
    ("buildings/temple", "temple", WHOLE),
    ("buildings/facade", "facade", WHOLE),
    ("buildings/bridge_cables", "bridge", (0.3, 0.0, 1.0, 0.9)),
    ("buildings/wooden_house", "dogs", (0.0, 0.42, 0.9, 0.95)),
    ("people/astronaut", "astronaut", WHOLE),
    ("people/photographer", "photographer", WHOLE),
)

# Backgrounds of scenes: only licences that a GPL-2.0 work may be made with (CC0, CC-BY-4.0, GPL).
# name: source, box, blur radius in pixels of the finished photo
BACKGROUNDS = {
    "meadow": ("aitzgorri", (0.0, 0.12, 0.95, 1.0), 1.6),
    "field": ("aitzgorri", (0.05, 0.42, 0.62, 0.98), 1.2),
    "pasture": ("picos", (0.1, 0.45, 0.95, 1.0), 1.3),
    "mountains": ("picos", WHOLE, 1.6),
    "snow": ("picos", (0.5, 0.34, 1.0, 0.72), 2.0),
    "sky": ("picos", (0.36, 0.0, 1.0, 0.28), 2.0),
    "forest": ("brook", (0.0, 0.0, 0.62, 0.75), 2.2),
    "stream": ("brook", (0.15, 0.3, 0.9, 1.0), 1.8),
    "evening": ("dandelion", (0.3, 0.0, 1.0, 1.0), 2.0),
    "dune": ("dune", WHOLE, 1.6),
    "grass": ("grass", WHOLE, 1.4),
    "leaf": ("leaf", WHOLE, 1.0),
    "wet_leaf": ("raindrops", WHOLE, 1.2),
    "garden": ("ladybird", (0.0, 0.1, 0.6, 0.9), 3.0),
    "water": ("splash", (0.0, 0.35, 0.52, 1.0), 3.0),
    "boards": ("wood", WHOLE, 0.8),
    "concrete": ("fig", (0.0, 0.56, 0.22, 1.0), 0.6),
    "road": ("storm", WHOLE, 1.2),
}


class Scene(NamedTuple):
    """A cut-out on a background: where its foot stands, how high it is, how its shadow falls.

    way: "stand" on the ground, "lie" on a surface seen from above, "float" without a shadow.
    """

    name: str
    background: str
    cutout: str
    x: float = 0.5
    foot: float = 0.9
    height: float = 0.55
    way: str = "stand"
    is_mirrored: bool = False


SCENES = (
    Scene("animals/bear", "stream", "animals/mammals/bears/european-bear", 0.45, 0.92, 0.58),
    Scene("animals/otter", "stream", "animals/mammals/aquatic/otter", 0.42, 0.88, 0.42),
    Scene("animals/bison", "pasture", "animals/mammals/bovines/bison", 0.5, 0.86, 0.48),
    Scene("animals/cow", "meadow", "animals/mammals/bovines/cow", 0.42, 0.9, 0.46),
    Scene("animals/bull", "field", "animals/mammals/bovines/bull", 0.55, 0.92, 0.6),
    Scene("animals/sheep", "meadow", "animals/mammals/bovines/sheep", 0.6, 0.9, 0.42),
    Scene("animals/chamois", "mountains", "animals/mammals/bovines/mountaingoat", 0.6, 0.92, 0.5),
    Scene("animals/deer", "evening", "animals/mammals/deer/deer", 0.6, 0.97, 0.72),
    Scene("animals/doe", "forest", "animals/mammals/deer/doe", 0.5, 0.95, 0.62),
    Scene("animals/caribou", "snow", "animals/mammals/deer/caribou", 0.5, 0.93, 0.55),
    Scene("animals/elephant", "dune", "animals/mammals/elephant", 0.5, 0.95, 0.6),
    Scene("animals/lion", "dune", "animals/mammals/cats/lion-2", 0.45, 0.93, 0.5),
    Scene("animals/tiger", "pasture", "animals/mammals/cats/tiger", 0.5, 0.9, 0.5),
    Scene("animals/zebra", "dune", "animals/mammals/equines/zebra", 0.55, 0.92, 0.52),
    Scene("animals/horse", "meadow", "animals/mammals/equines/horse", 0.45, 0.93, 0.56),
    Scene("animals/donkey", "pasture", "animals/mammals/equines/donkey", 0.55, 0.92, 0.6),
    Scene("animals/dog", "field", "animals/mammals/dogs/dog", 0.5, 0.95, 0.62),
    Scene("animals/fox", "forest", "animals/mammals/dogs/fox", 0.55, 0.95, 0.58),
    Scene("animals/pig", "field", "animals/mammals/pig_golden2", 0.5, 0.88, 0.45),
    Scene("animals/wild_boar", "forest", "animals/mammals/wildboar", 0.5, 0.93, 0.52),
    Scene("animals/rabbit", "grass", "animals/mammals/rabbit_little", 0.5, 0.93, 0.55),
    Scene("animals/squirrel", "field", "animals/mammals/rodents/squirrel", 0.5, 0.93, 0.55),
    Scene("animals/capybara", "stream", "animals/mammals/rodents/capybara", 0.5, 0.9, 0.42),
    Scene("birds/hen", "field", "animals/birds/hen", 0.5, 0.92, 0.5),
    Scene("birds/rooster", "meadow", "animals/birds/rooster", 0.45, 0.93, 0.58),
    Scene("birds/crowned_crane", "pasture", "animals/birds/crowned_crane", 0.5, 0.94, 0.72),
    Scene("birds/guineafowl", "field", "animals/birds/helmeted_guineafowl", 0.5, 0.93, 0.58),
    Scene("birds/mallard", "grass", "animals/birds/duck", 0.5, 0.88, 0.5),
    Scene("birds/flamingo", "water", "animals/birds/pink_flamingo", 0.5, 0.95, 0.8),
    Scene("birds/pelican", "sky", "animals/birds/pelican", 0.5, 0.8, 0.6, "float"),
    Scene(
        "birds/heron_in_flight",
        "sky",
        "animals/birds/heron_greatblue_flying",
        0.5,
        0.72,
        0.42,
        "float",
    ),
    Scene("birds/seagull", "sky", "animals/birds/seagull", 0.5, 0.72, 0.45, "float"),
    Scene("birds/snowy_owl", "forest", "animals/birds/owl", 0.5, 0.95, 0.65),
    Scene("birds/penguin", "snow", "animals/birds/magellanic_penguin", 0.5, 0.94, 0.65),
    Scene("insects/grasshopper", "leaf", "animals/insects/grasshopper", 0.5, 0.78, 0.5, "lie"),
    Scene("insects/mantis", "wet_leaf", "animals/insects/mantis", 0.5, 0.85, 0.6, "lie"),
    Scene("insects/hoverfly", "garden", "animals/insects/hoverfly", 0.5, 0.8, 0.55, "float"),
    Scene("insects/hornet", "leaf", "animals/insects/hornet", 0.5, 0.8, 0.5, "lie"),
    Scene("insects/moth", "boards", "animals/insects/xanthia", 0.5, 0.78, 0.48, "lie"),
    Scene("food/apricot", "boards", "food/fruit/Apricot_whole", 0.45, 0.85, 0.5, "lie"),
    Scene("food/cherries", "boards", "food/fruit/Cherry_Stella", 0.5, 0.88, 0.65, "lie"),
    Scene("food/strawberry", "boards", "food/fruit/Strawberry2", 0.55, 0.9, 0.65, "lie"),
    Scene("food/avocado", "concrete", "food/fruit/avocado", 0.5, 0.8, 0.5, "lie"),
    Scene("food/bitter_orange", "leaf", "food/fruit/orange_seville", 0.5, 0.88, 0.62, "lie"),
    Scene("food/lemon", "boards", "food/fruit/lemon", 0.45, 0.75, 0.42, "lie"),
    Scene("food/mandarin", "concrete", "food/fruit/mandarine", 0.55, 0.8, 0.45, "lie"),
    Scene("food/broccoli", "boards", "food/vegetables/broccoli", 0.5, 0.85, 0.55, "lie"),
    Scene("food/ginger", "concrete", "food/spices/ginger", 0.5, 0.85, 0.55, "lie"),
    Scene("food/corn", "boards", "food/vegetables/corn", 0.5, 0.65, 0.28, "lie"),
    Scene("food/cep_mushrooms", "grass", "plants/mushrooms/cep-2", 0.5, 0.95, 0.6),
    Scene("flowers/red_anemone", "garden", "plants/flowers/anemone_red", 0.5, 0.9, 0.75, "float"),
    Scene("flowers/daffodil", "grass", "plants/flowers/daffodil", 0.5, 0.9, 0.75, "float"),
    Scene("flowers/rose", "garden", "plants/flowers/rose", 0.5, 0.85, 0.6, "float"),
    Scene("flowers/adenium", "wet_leaf", "plants/flowers/adeenia", 0.5, 0.85, 0.65, "lie"),
    Scene("vehicles/fire_engine", "road", "vehicles/emergency/firetruck", 0.5, 0.97, 0.42),
    Scene("vehicles/bus", "road", "vehicles/masstransit/green_korean_bus", 0.52, 0.97, 0.42),
    Scene("vehicles/sedan", "road", "vehicles/auto/sedan", 0.5, 0.97, 0.24),
    Scene("vehicles/pickup", "pasture", "vehicles/auto/truck", 0.5, 0.93, 0.32),
    Scene("vehicles/racing_car", "road", "vehicles/race/indycar", 0.5, 0.97, 0.2),
    Scene("vehicles/dumper", "pasture", "vehicles/construction/dumper", 0.5, 0.93, 0.6),
    Scene("vehicles/balloon", "sky", "vehicles/flight/balloon360", 0.5, 0.9, 0.72, "float"),
    Scene("vehicles/airliner", "sky", "vehicles/flight/planes/747", 0.5, 0.65, 0.2, "float"),
    Scene("things/hammer", "boards", "household/tools/hammer", 0.5, 0.85, 0.55, "lie"),
    Scene("things/saw", "boards", "household/tools/saw", 0.5, 0.85, 0.55, "lie"),
    Scene("things/pliers", "concrete", "household/tools/plyers", 0.5, 0.8, 0.5, "lie"),
    Scene("things/toolbox", "boards", "household/tools/toolbox", 0.5, 0.85, 0.5),
    Scene("things/camera", "boards", "hobbies/camera_35mm", 0.5, 0.82, 0.5, "lie"),
    Scene("things/stethoscope", "boards", "medical/stethoscope", 0.5, 0.88, 0.7, "lie"),
    Scene("things/trumpet", "boards", "hobbies/music/brass/trumpet", 0.5, 0.68, 0.28, "lie"),
    Scene("things/football", "grass", "sports/soccer", 0.5, 0.9, 0.4),
)
