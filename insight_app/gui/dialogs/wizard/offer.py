"""Which encoders, models and weights there are to choose from, as the worker tells it.

Before the worker is up the registry's own words serve; which weights are at hand is known later.
"""

from dataclasses import dataclass

from insight_app.concepts import encoders
from insight_app.concepts.encoders import EncoderInfo, WeightsFile
from insight_app.gui.state.replies import Message

USUAL_MODEL = "ViT-B-16"


@dataclass(frozen=True)
class Model:
    """A CLIP model that an encoder can be made of."""

    name: str
    token_dim: int


@dataclass(frozen=True)
class Weights:
    """A file of weights that is at hand: in the person's library, or in the hub's cache."""

    name: str
    kind: str
    model: str
    path: str
    size: int
    is_cached: bool = False


@dataclass(frozen=True)
class Offer:
    """models: those that can be used: the usual one, those with weights at hand, all others.

    is_complete: the worker has answered.
    """

    encoders: tuple[EncoderInfo, ...]
    models: tuple[Model, ...] = ()
    weights: tuple[Weights, ...] = ()
    is_complete: bool = False

    def named(self, name: str) -> EncoderInfo:
        """Return an encoder by its name."""
        return next(info for info in self.encoders if info.name == name)

    def models_for(self, name: str) -> list[Model]:
        """Return the models that an encoder can be made of."""
        wanted = self.named(name).models
        return [model for model in self.models if model.name in wanted or not wanted]

    def token_dim(self, name: str, model: str) -> int | None:
        """Return D of an encoder; None where it is not known yet."""
        own = self.named(name).token_dim
        return own or next((m.token_dim for m in self.models if m.name == model), None)

    def weights_for(self, file: WeightsFile, model: str) -> list[Weights]:
        """Return what fits a file and a model, the library's before the cache's, newest last."""
        fitting = [w for w in self.weights if w.kind == file.kind and w.model in (model, "")]
        return sorted(fitting, key=lambda w: w.is_cached)

    def best_for(self, token_dim: int) -> tuple[str, str] | None:
        """Return (encoder, model) whose tokens have this size.

        Where several do, the last of the registry that has files: released dictionaries read the
        tokens of the most refined one.
        """
        found = None
        for info in self.encoders:
            if info.needs_files:
                fitting = self.models_for(info.name)
                models = [m.name for m in fitting if m.token_dim == token_dim]
            else:
                models = [""] if info.token_dim == token_dim else []
            if models and (found is None or info.needs_files):
                found = info.name, models[0]
        return found


def at_hand() -> Offer:
    """Return what is known without the worker."""
    return Offer(tuple(encoders.available()))


def from_reply(reply: Message) -> Offer:
    """Return what the worker's answer to `encoders` says."""
    infos = tuple(
        EncoderInfo(
            **{
                **info,
                "models": tuple(info["models"]),
                "files": tuple(WeightsFile(**file) for file in info["files"]),
            }
        )
        for info in reply["encoders"]
    )
    weights = [
        Weights(w["name"], w["kind"], w["model"], w["file"], int(w["bytes"]), is_cached)
        for group, is_cached in (("library", False), ("cached", True))
        for w in reply.get(group, ())
    ]
    at_hand = {one.model for one in weights}
    models = [Model(m["name"], int(m["token_dim"])) for m in reply["models"] if not m["refusal"]]
    models.sort(key=lambda model: (model.name != USUAL_MODEL, model.name not in at_hand))
    return Offer(infos, tuple(models), tuple(weights), is_complete=True)
