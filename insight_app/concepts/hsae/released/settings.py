"""What the settings beside a dictionary's weights say: of which kind they are, and how they encode.

Owns the published ways to say it: `config.json` of the package dictionary_learning, `cfg.json` of
SAELens, and plain `key: value` lines. What is not said is None; what a kind needs is checked where
the weights are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from insight_app import plain_json
from insight_app.concepts.hsae.released.refusals import refusal
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal
from insight_app.files import read_regular

MATRYOSHKA, BATCH_TOPK, TOPK = "MatryoshkaBatchTopKSAE", "BatchTopKSAE", "AutoEncoderTopK"
JUMPRELU = "JumpReluAutoEncoder"
CLASSES = (MATRYOSHKA, BATCH_TOPK, TOPK, JUMPRELU)
"""Of dictionary_learning."""
SAELENS = {"topk": "SAELens topk", "batchtopk": "SAELens batchtopk", "jumprelu": "SAELens jumprelu"}
"""Of SAELens: architecture -> what it is called here."""
INSIGHT = "insight"
"""What a release that we wrote says of itself, in its settings."""
MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class ReleaseSettings:
    """class_name: the kind, '' where it is not said; k: None where it is not said.

    values: of the trainer or of the dictionary, by name; content: everything in the file.
    """

    path: Path
    class_name: str = ""
    k: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_saelens(self) -> bool:
        """Whether SAELens wrote them."""
        return self.class_name in SAELENS.values()


def read(path: Path) -> ReleaseSettings:
    """Read a file of settings; KnownError where it is damaged, or of a kind that is not read."""
    try:
        data = read_regular(path, MOST_BYTES, follow_links=True)
    except OSError as error:
        raise disk_error(
            error, "The settings of the dictionary cannot be read", where=path
        ) from error
    try:
        content = _lines(data) if path.suffix in (".yaml", ".yml") else plain_json.loads(data)
    except ValueError as error:
        raise refusal(path, "its settings cannot be read") from error
    if not isinstance(content, dict):
        raise refusal(path, "its settings cannot be read")
    trainer = content.get("trainer")
    values: dict[str, object] = dict(trainer if isinstance(trainer, dict) else content)
    return ReleaseSettings(path, _class_name(path, values), _k(path, values), values, content)


def _class_name(path: Path, values: Mapping[str, object]) -> str:
    name = values.get("dict_class") or values.get("trainer_class")
    if isinstance(name, str) and "dict_class" in values:
        if name not in CLASSES:
            raise _unknown(path, f"the class {name!r}")
        return name
    architecture = values.get("architecture")
    is_saelens = "d_sae" in values and "d_in" in values
    if isinstance(architecture, str) and is_saelens:
        if architecture == "standard" and values.get("activation_fn_str", "relu") != "relu":
            architecture = str(values["activation_fn_str"])  # how older versions said topk
        if architecture not in SAELENS:
            raise _unknown(path, f"the SAELens architecture {architecture!r}")
        return SAELENS[architecture]
    return ""


def _unknown(path: Path, what: str) -> Refusal:
    return Refusal(
        f"Dictionaries of {what} cannot be opened.",
        where=str(path),
        kept="Nothing was changed.",
        do=f"Choose one of the classes {', '.join(CLASSES)}, or one of SAELens with the "
        f"architecture {', '.join(SAELENS)}.",
    )


def _k(path: Path, values: Mapping[str, object]) -> int | None:
    k = values.get("k")
    arguments = values.get("activation_fn_kwargs")
    if k is None and isinstance(arguments, dict):
        k = arguments.get("k")
    if k is None:
        return None
    if isinstance(k, bool) or not isinstance(k, int | float):
        raise refusal(path, "its settings cannot be read: k is no number")
    if k != int(k) and values.get("architecture") != "batchtopk":
        raise refusal(path, f"its settings cannot be read: k is {k:g}, no whole number")
    return max(1, round(k))  # of a whole batch it is a mean


def _lines(data: bytes) -> dict[str, plain_json.Json]:
    """Return the `key: value` lines of a text, at any depth, as one mapping; raise ValueError."""
    found: dict[str, plain_json.Json] = {}
    for line in data.decode("utf-8-sig").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        text = value.strip().strip("'\"")
        if colon and text:
            found.setdefault(key.strip(" -'\""), _value(text))
    return found


def _value(text: str) -> plain_json.Json:
    try:
        return plain_json.loads(text.encode())
    except ValueError:
        return text
