"""Dense CLIP (MaskCLIP) with any plain ViT of open_clip's, from a person's own file of weights.

Owns what the options mean.
"""

from pathlib import Path

from insight_app.concepts.checkpoints import places
from insight_app.concepts.encoders import MODEL
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import INPUT_SIZE, ClipEncoder
from insight_app.concepts.encoders.models import library
from insight_app.concepts.encoders.models.open_clip_models import usable

NAME = "maskclip"


def load(
    device: str,
    *,
    model: str = MODEL,
    weights: str | Path | None = None,
    input_size: int | str = INPUT_SIZE,
) -> ClipEncoder:
    """Load dense CLIP.

    model: a name of open_clip's; weights: a checkpoint of it, by default the one in the model
    library or the hub's cache; input_size: pixels of the square that an analysis looks at.
    """
    path = (
        places.weights_file(Path(weights))
        if weights
        else library.required("clip", usable(model).name)
    )
    clip, image = clip_file.load(model, path)
    return ClipEncoder(
        NAME, clip, image, {"weights": path}, device=device, input_size=int(input_size)
    )
