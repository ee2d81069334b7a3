"""Finding the wanted weights inside what a training program saved.

A checkpoint wraps them: in holders (`state_dict`, `model`, `ema`, ...) beside an optimiser, under
prefixes (`module.`, `_orig_mod.`, `model.clip.`, ...), or as a whole pickled module. They are found
by the names that they must have, so that no list of holders or prefixes has to be complete; where
several sets have them, averaged weights (EMA) are taken, else a person is asked. Knows nothing of
what the names mean.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from insight_app.concepts.checkpoints import reading
from insight_app.concepts.checkpoints.pickles import StandIn, Value
from insight_app.concepts.checkpoints.reading import OTHER_FILE, UNUSED, Checkpoint
from insight_app.concepts.checkpoints.storages import TensorRef
from insight_app.errors import Refusal

HALF = 0.5
"""Of the names of a layout: with fewer, a file is something else."""
DEEPEST = 8
MOST_SETS = 4096
"""Mappings inside each other that are looked through."""
_WRAPPERS = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
             "_module", "module"}  # fmt: skip
"""Parts of names that torch.compile, FSDP, DDP and their like put anywhere into a name."""
_EMA = re.compile(r"(^|[_.])(ema|swa|averaged?|shadow|polyak)([_.]|$)", re.IGNORECASE)


class FoundWeights(Mapping[str, Tensor]):
    """Weights by their own names, each made when it is asked for.

    note: where in the file they lay and what was taken off their names, in words; '' where the file
    holds the weights and nothing around them. KnownError for numbers of a kind that is not read.
    """

    def __init__(self, path: Path, contents: Mapping[str, Value], note: str = "") -> None:
        self.path, self.contents, self.note = path, contents, note

    def __getitem__(self, name: str) -> Tensor:
        return reading.tensor_of(self.contents[name], self.path, name)

    def __contains__(self, name: object) -> bool:
        return name in self.contents

    def __iter__(self) -> Iterator[str]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)


@dataclass(frozen=True)
class _Set:
    """A mapping with weights; names: cleaned of wrappers -> value."""

    holders: tuple[str, ...]
    values: Mapping[str, Value]
    wrappers: tuple[str, ...]


def find(
    checkpoint: Checkpoint, layouts: Mapping[str, Sequence[str]]
) -> tuple[str, FoundWeights] | None:
    """Return the name of the layout that fits best, and the weights; None where none fits at all.

    layouts: name -> names that its weights have; of those that fit equally well the first is taken.
    What has half of the names is found too, so that who asks can say what is missing.
    """
    found: list[tuple[float, str, _Set, str]] = []
    for one in _sets(checkpoint.content):
        for layout, wanted in layouts.items():
            for prefix, count in _prefixes(one.values, wanted).items():
                found.append((count / len(wanted), layout, one, prefix))
    most = max((share for share, *_ in found), default=0.0)
    if most < HALF:
        return None
    layout = next(name for name in layouts if (most, name) in {one[:2] for one in found})
    fitting = [one[2:] for one in found if one[:2] == (most, layout)]
    chosen, prefix, note = _chosen(fitting, layouts[layout], checkpoint)
    values = {n.removeprefix(prefix): v for n, v in chosen.values.items() if n.startswith(prefix)}
    return layout, FoundWeights(checkpoint.path, values, note)


def _holds(checkpoint: Checkpoint) -> str:
    """Say in words what is in a file in which nothing was found that was wanted."""
    sets = list(_sets(checkpoint.content))
    if not sets:
        content = checkpoint.content
        if isinstance(content, StandIn):
            return f"it holds an object of the class {content.made_by}, and no weights by name"
        if isinstance(content, dict):
            names = ", ".join(list(content)[:6])
            return f"it holds no weights by name, but {names}" if names else "it is empty"
        if reading.is_tensor(content):
            return "it holds a single tensor without a name"
        return "it holds no weights by name"
    largest = max(sets, key=lambda one: len(one.values))
    names = ", ".join(list(largest.values)[:4])
    where = f" under {' / '.join(largest.holders)}" if largest.holders else ""
    more = len(largest.values) - 4
    return f"its weights{where} are {names}" + (f" and {more:,} more" if more > 0 else "")


def _chosen(
    found: list[tuple[_Set, str]], wanted: Sequence[str], checkpoint: Checkpoint
) -> tuple[_Set, str, str]:
    """Return one of several sets of weights, its prefix, and what was done, in words."""
    by_place: dict[object, tuple[_Set, str]] = {}
    for one, prefix in found:
        by_place.setdefault(_identity(one, prefix, wanted), (one, prefix))
    different = list(by_place.values())
    averaged = [pair for pair in different if _EMA.search(_label(*pair))]
    ema = ""
    if len(different) > 1 and len(averaged) == 1:
        different, ema = averaged, "averaged (EMA) weights used, not the plain ones beside them"
    if len(different) != 1:
        names = ", ".join(sorted(_label(*pair) or "the top" for pair in by_place.values()))
        raise Refusal(
            f"This file holds several sets of weights: {names}.",
            where=str(checkpoint.path),
            kept=UNUSED,
            do="Save the one that you want alone, such as torch.save(checkpoint[NAME], FILE), and "
            "choose that file.",
        )
    one, prefix = different[0]
    said = []
    if one.holders:
        said.append(f"taken from {' / '.join(one.holders)}")
    removed = [*one.wrappers, *([prefix] if prefix else [])]
    if removed:
        said.append(f"prefix {', '.join(removed)} removed")
    if ema:
        said.append(ema)
    text = "; ".join(said)
    return one, prefix, f"{text[:1].upper()}{text[1:]}." if text else ""


def _label(one: _Set, prefix: str) -> str:
    return " / ".join((*one.holders, *([prefix.strip(".")] if prefix else [])))


def _identity(one: _Set, prefix: str, wanted: Sequence[str]) -> object:
    """Return what is equal for two names of the same weights."""
    value = next(v for name in wanted if (v := one.values.get(f"{prefix}{name}")) is not None)
    return value.place if isinstance(value, TensorRef) else id(value)


def _prefixes(values: Mapping[str, Value], wanted: Sequence[str]) -> dict[str, int]:
    """Return what stands before wanted names in a set, with how many of them it stands before."""
    found: dict[str, int] = {}
    for name in wanted:
        for own in values:
            if own.endswith(name):
                prefix = own[: len(own) - len(name)]
                if not prefix or prefix.endswith("."):
                    found[prefix] = found.get(prefix, 0) + 1
    return found


def _sets(content: Value) -> Iterator[_Set]:
    """Yield every mapping with weights in it, the outermost first."""
    queue: list[tuple[tuple[str, ...], Value]] = [((), content)]
    seen: set[int] = set()
    for _ in range(MOST_SETS):
        if not queue:
            return
        holders, value = queue.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        inside = _mapping_of(value)
        own = {n: v for n, v in inside.items() if reading.is_tensor(v)}
        if own:
            numbers = {
                name: number
                for name, number in inside.items()
                if isinstance(number, int | float) or reading.is_numbers(number)
            }
            yield _cleaned(holders, own | numbers)
        if len(holders) < DEEPEST:
            queue += [
                ((*holders, name[:80]), inner)
                for name, inner in inside.items()
                if isinstance(inner, dict | StandIn) and not reading.is_tensor(inner)
            ][:MOST_SETS]


def _cleaned(holders: tuple[str, ...], values: Mapping[str, Value]) -> _Set:
    """Take the parts that wrappers put there out of all names, unless two become the same."""
    cleaned: dict[str, Value] = {}
    removed: dict[str, None] = {}
    for name, value in values.items():
        parts = name.split(".")
        kept = [part for part in parts[:-1] if part not in _WRAPPERS] + parts[-1:]
        removed |= dict.fromkeys(f"{part}." for part in parts[:-1] if part in _WRAPPERS)
        cleaned[".".join(kept)] = value
    if len(cleaned) < len(values):
        return _Set(holders, values, ())
    return _Set(holders, cleaned, tuple(removed))


def _mapping_of(value: Value) -> Mapping[str, Value]:
    """Return what a mapping, or an object that stands for one, holds by name."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, StandIn):
        return {}
    state = value.state[0] if isinstance(value.state, tuple) and value.state else value.state
    attributes = state if isinstance(state, dict) else {}
    if "_parameters" in attributes or value.made_by.module.startswith("__torch__"):
        return _flattened(value)
    return {**attributes, **value.entries}


def _flattened(module: StandIn) -> dict[str, Value]:
    """Return the weights of a pickled module, or of a TorchScript program, by dotted names."""
    found: dict[str, Value] = {}
    queue: list[tuple[str, Value, int]] = [("", module, 0)]
    seen: set[int] = set()
    while queue and len(found) < 1 << 20:
        name, value, depth = queue.pop()
        if reading.is_tensor(value):
            found[name] = value
        if not isinstance(value, StandIn) or id(value) in seen or depth > 64:
            continue
        seen.add(id(value))
        state = value.state if isinstance(value.state, dict) else {}
        own: dict[str, Value] = {}
        if "_parameters" in state:
            for kind in ("_parameters", "_buffers", "_modules"):
                inner = state.get(kind)
                own |= inner if isinstance(inner, dict) else {}
        else:
            own = state
        queue += [(f"{name}.{part}".strip("."), one, depth + 1) for part, one in own.items()]
    return found


class NothingFound(Refusal):
    """A file holds other things than what was looked for."""


def nothing_found(checkpoint: Checkpoint, what: str) -> NothingFound:
    """Return the error for a file without what was wanted; says what is in it instead.

    what: "are no CLIP weights".
    """
    return NothingFound(
        f"There {what} in this file: {_holds(checkpoint)}.",
        where=str(checkpoint.path),
        kept=UNUSED,
        do=OTHER_FILE,
    )
