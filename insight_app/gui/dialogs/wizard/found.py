"""What the worker found in a folder with a dictionary or released files, as a value."""

from dataclasses import dataclass

from insight_app.gui.state.replies import Message


@dataclass(frozen=True)
class FoundDictionary:
    """kind: "insight" (ours) or "release".  named: concepts with a name.

    relations: the shape of the matrix, None where there is none.  probes: (name, classes).
    missing: (what is not there, what is done instead).  problems: why it cannot be used.
    notes: what a person should know of how it is read.  lacks_threshold: its threshold was never
    set.  k: 0 where each concept has a threshold of its own.
    """

    kind: str
    class_name: str
    concepts: int
    token_dim: int
    k: int
    group_sizes: tuple[int, ...]
    named: int
    relations: tuple[int, ...] | None
    probes: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    lacks_threshold: bool = False


def from_reply(reply: Message) -> FoundDictionary:
    """Return what the worker's answer to `inspect` says."""
    found = reply["found"]
    return FoundDictionary(
        kind=str(found["kind"]),
        class_name=str(found["class_name"]),
        concepts=int(found["concepts"]),
        token_dim=int(found["token_dim"]),
        k=int(found["k"]),
        group_sizes=tuple(map(int, found["group_sizes"])),
        named=int(found["named"]),
        relations=tuple(map(int, found["relations"])) if found["relations"] else None,
        probes=tuple((str(one["name"]), int(one["classes"])) for one in found["probes"]),
        missing=tuple((str(one["what"]), str(one["instead"])) for one in found["missing"]),
        problems=tuple(map(str, found["problems"])),
        notes=tuple(map(str, found["notes"])),
        lacks_threshold=bool(found["lacks_threshold"]),
    )
