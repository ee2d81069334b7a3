"""Which file a person means who names the folder of a training run, or of a download.

Looks at names alone, within bounds; opens nothing. Where several files could be meant a person is
asked. Imports no torch.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal

INDEX = ".index.json"
"""Ends the name of a file that says in which files sharded weights lie."""
SUFFIXES = (".pt", ".pth", ".ckpt", ".bin", ".safetensors", INDEX)
DEEPEST = 3
"""Folders below the named one: Lightning has lightning_logs/version_0/checkpoints."""
MOST_ENTRIES = 5_000
_LISTED = 8
_NEVER = (
    "optim", "sched", "scaler", "rng_state", "random_states", "training_args", "trainer_state",
    "arguments", "sampler", "tokenizer",
)  # fmt: skip
"""What training programs write beside weights begins, or goes on after a number, with these."""
_BETTER = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
"""Of a download with the same weights several times."""


def weights_file(path: Path) -> Path:
    """Return the file of weights at `path`: itself, or the only one in or below a folder.

    KnownError where a folder has none, or several: they are listed.
    """
    if not path.is_dir():
        return path
    found = search(path, _candidates)
    better = [file for name in _BETTER for file in found if file.name == name]
    found = better[:1] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise several(path, found, "files of weights")
    raise Refusal(
        _split(path) or "There is no file of weights in this folder.",
        where=str(path),
        kept="Nothing was made with it.",
        do="Choose the file itself: .pt, .pth, .ckpt, .bin or .safetensors.",
    )


def search(folder: Path, wanted: Callable[[Path, Sequence[str]], list[Path]]) -> list[Path]:
    """Return what `wanted` finds among the names in a folder, else in those below it.

    The nearest level that has something is the answer. Links to folders are not followed.
    """
    level, left = [folder], MOST_ENTRIES
    for _ in range(DEEPEST + 1):
        found: list[Path] = []
        below: list[Path] = []
        for place in level:
            files, folders = _listed(place, left, is_first=place == folder)
            left -= len(files) + len(folders)
            found += wanted(place, files)
            below += [place / name for name in folders]
            if left <= 0:
                break
        if found or left <= 0:
            return sorted(found)
        level = below
    return []


def several(folder: Path, found: Sequence[Path], what: str) -> Refusal:
    """Return the error for a folder with several of what was sought; names them."""
    names = [str(one.relative_to(folder)) for one in found]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return Refusal(
        f"There are several {what} in this folder: {', '.join(names[:_LISTED])}{more}.",
        where=str(folder),
        kept="Nothing was made with it.",
        do="Choose one of them.",
    )


def is_beside_weights(name: str) -> bool:
    """Return whether a file's name says that it is another state of a training than weights."""
    words = name.lower()
    return any(words.startswith(one) or f"_{one}" in words for one in _NEVER)


def _candidates(place: Path, names: Sequence[str]) -> list[Path]:
    own = [n for n in names if n.lower().endswith(SUFFIXES) and not is_beside_weights(n)]
    indices = [n for n in own if n.endswith(INDEX)]
    stems = tuple(f"{n.removesuffix(INDEX).rsplit('.', 1)[0]}-0" for n in indices)
    return [place / n for n in own if n in indices or not n.startswith(stems or "/")]


def _split(folder: Path) -> str:
    """Return what is in a folder whose weights are spread over files that are not read; or ''."""
    is_split = search(folder, lambda place, names: [place for n in names if n.endswith(".distcp")])
    if is_split:
        return (
            "The weights in this folder are split up by torch.distributed (.distcp); join them "
            "with: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE"
        )
    return ""


def _listed(place: Path, most: int, *, is_first: bool) -> tuple[list[str], list[str]]:
    """Return names of files and of folders; those that cannot be looked at are left out."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if len(files) + len(folders) >= most:
                    break
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        folders.append(entry.name)
                else:
                    files.append(entry.name)
    except OSError as error:
        if is_first:
            raise disk_error(error, "This folder cannot be read", where=place) from error
    return sorted(files), sorted(folders)
