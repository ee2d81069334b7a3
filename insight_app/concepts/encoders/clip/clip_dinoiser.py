"""The paper's encoder: dense CLIP, refined by CLIP-DINOiser's patch affinities.

Owns what the options mean.
"""

from pathlib import Path

from insight_app.concepts.checkpoints import places
from insight_app.concepts.encoders import MODEL
from insight_app.concepts.encoders.clip import dinoiser
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.clip.encoder import INPUT_SIZE, ClipEncoder
from insight_app.concepts.encoders.models import library
from insight_app.concepts.encoders.models.open_clip_models import description, usable

NAME = "clip-dinoiser"


def load(
    device: str,
    *,
    model: str = MODEL,
    clip_weights: str | Path | None = None,
    dinoiser_weights: str | Path | None = None,
    input_size: int | str = INPUT_SIZE,
) -> ClipEncoder:
    """Load the encoder of the paper.

    clip_weights: a checkpoint of the model; dinoiser_weights: CLIP-DINOiser's last.pt; by default
    those in the model library or the hub's cache.
    """
    chosen = usable(model)
    if dinoiser_weights:
        heads_path = places.weights_file(Path(dinoiser_weights))
    else:
        heads_path = library.required("dinoiser")
    # First, being small: nobody fetches a big CLIP to hear that the heads are not for it.
    heads = dinoiser.load(heads_path, description(model)["vision_cfg"]["width"], chosen.patch)
    if clip_weights:
        clip_path = places.weights_file(Path(clip_weights))
    else:
        clip_path = library.required("clip", chosen.name)
    clip, image = clip_file.load(model, clip_path)
    return ClipEncoder(
        NAME,
        clip,
        image,
        {"clip_weights": clip_path, "dinoiser_weights": heads_path},
        device=device,
        input_size=int(input_size),
        heads=heads,
    )
