"""Every scene the studio can draw."""

from apps.generations.providers.sketch.portrait import sitting
from apps.generations.providers.sketch.scenes import (
    aurora,
    bauhaus,
    botanical,
    city,
    contours,
    dunes,
    forest,
    pets,
    ridges,
    still_life,
    waves,
)
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary

# What a picture is of, wherever it is: drawn whenever the prompt names it.
SUBJECTS: tuple[Scene, ...] = (pets.SCENE,)
# The rarer a scene's words, the earlier: of two scenes called for alike, the first is taken.
SCENES: tuple[Scene, ...] = (
    aurora.SCENE,
    dunes.SCENE,
    waves.SCENE,
    city.SCENE,
    botanical.SCENE,
    still_life.SCENE,
    bauhaus.SCENE,
    contours.SCENE,
    ridges.SCENE,
    forest.SCENE,
)
PORTRAIT = Scene(
    "portrait",
    sitting.draw,
    vocabulary(
        "portrait woman women girl lady man men boy guy person people model influencer selfie face "
        "headshot bust female male beauty fashion bride queen king princess dancer singer artist "
        "actor actress luna she he her his mujer chica frau mädchen femme fille hair dress outfit "
        "smile smiling eyes blonde brunette redhead beard makeup wearing"
    )
    | {"street style"},
)
