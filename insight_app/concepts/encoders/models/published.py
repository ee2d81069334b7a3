"""Weights that were published for open_clip's models: their names, and copies already at hand.

Owns the names `MODEL/TAG` and where open_clip's own table says each is published; looks into the
caches of open_clip and Hugging Face, which other programs fill. Nothing is downloaded here. The
table lives in open_clip, whose import brings torch: it is read only where a cache exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from insight_app.concepts.encoders.models import open_clip_models
from insight_app.errors import Refusal

DEFAULT_TAGS = {"ViT-B-16": "laion2b_s34b_b88k"}
"""What is taken where several weights of a model are at hand: the paper's."""
HEADS = "clip-dinoiser"
HEADS_URL = "https://github.com/wysoczanska/clip_dinoiser/raw/main/checkpoints/last.pt"
_SAFE, _PICKLED = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"


@dataclass(frozen=True)
class PublishedWeights:
    """Weights of a model: in a repository of the hub (files: the first that is there), or a URL.

    refusal: "" or why these weights of a model that can be made dense cannot be used.
    """

    model: str
    tag: str
    repository: str = ""
    files: tuple[str, ...] = ()
    url: str = ""
    refusal: str = ""

    @property
    def name(self) -> str:
        return f"{self.model}/{self.tag}"


def published() -> list[PublishedWeights]:
    """Return all weights in open_clip's table that belong to a model that can be made dense.

    Weights that were trained with QuickGELU stand under the model that has it.
    """
    from insight_app.concepts.encoders.torchvision_operators import declare_missing

    declare_missing()
    from open_clip.constants import OPENAI_DATASET_MEAN
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained

    usable = {one.name for one in open_clip_models.models() if not one.refusal}
    found: dict[str, PublishedWeights] = {}
    for model, tag in list_pretrained():
        if model not in usable:
            continue
        config = get_pretrained_cfg(model, tag)
        if config.get("quick_gelu"):
            model = open_clip_models.quickgelu_twin(model) or model
        repository, _, file = str(config.get("hf_hub") or "").rpartition("/")
        files = (file,) if file else (_SAFE, _PICKLED)
        is_other = tuple(config["mean"]) != tuple(OPENAI_DATASET_MEAN)
        one = PublishedWeights(
            model,
            tag,
            repository,
            files,
            str(config.get("url") or ""),
            "they were trained on pixels scaled in another way than CLIP's." if is_other else "",
        )
        found.setdefault(one.name, one)
    return list(found.values())


def named(name: str) -> PublishedWeights:
    """Return the weights called `MODEL/TAG` or `MODEL`; KnownError that says which tags exist."""
    model, _, tag = name.partition("/")
    open_clip_models.usable(model)
    twins = {model, open_clip_models.quickgelu_twin(model) or model}
    of_model = [one for one in published() if one.model in twins]
    wanted = (tag or DEFAULT_TAGS.get(model, "")).lower().replace("-", "_")
    chosen = [one for one in of_model if one.tag == wanted]
    if not tag and not chosen and len(of_model) == 1:
        chosen = of_model
    if not chosen:
        names = ", ".join(one.name for one in of_model if not one.refusal)
        raise Refusal(
            f"There are no published weights named {name!r}."
            if tag
            else f"Several weights are published for {model}; say which."
            if of_model
            else f"No weights are published for {model}.",
            do=f"Choose one of: {names}." if of_model else "insight-app models list --all",
        )
    return usable(chosen[0])


def usual_for(model: str) -> PublishedWeights | None:
    """Return the weights to begin with for a model, the paper's if it has them; None if none."""
    fitting = [one for one in published() if one.model == model and not one.refusal]
    fitting.sort(key=lambda one: one.tag != DEFAULT_TAGS.get(model, ""))
    return next(iter(fitting), None)


def usable(one: PublishedWeights) -> PublishedWeights:
    """Return the same weights; KnownError that says why if they cannot be used."""
    if one.refusal:
        raise Refusal(
            f"{one.name} cannot be used: {one.refusal}",
            kept="Nothing was taken in.",
            do="Choose other weights of the model.",
        )
    return one


def cached(model: str = "") -> Iterator[tuple[PublishedWeights, Path]]:
    """Yield published weights (of one model) that lie in the caches of other programs."""
    if not _caches():
        return
    for one in published():
        if model in ("", one.model):
            path = None if one.refusal else _cached(one)
            if path is not None:
                yield one, path


def origin(path: Path) -> PublishedWeights | None:
    """Return which published weights a file is, told from the repository's name in its path."""
    parts = {part.split("--")[-1].lower() for part in path.absolute().parts[:-1]}
    for one in published():
        if one.repository and one.repository.rpartition("/")[2].lower() in parts:
            return one
    return None


def _caches() -> list[Path]:
    from huggingface_hub import constants

    hub = Path(constants.HF_HUB_CACHE)
    return [path for path in (*hub.glob("models--*"), _url_cache()) if path.is_dir()]


def _cached(one: PublishedWeights) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    for file in one.files if one.repository else ():
        found = try_to_load_from_cache(one.repository, file)
        if isinstance(found, str):
            return Path(found)
    path = _url_cache() / one.url.rpartition("/")[2]
    return path if one.url and path.is_file() else None


def _url_cache() -> Path:
    """Return the folder in which open_clip keeps what it got from a URL."""
    return Path("~/.cache/clip").expanduser()
