"""Folders that appear with all their files, or unchanged."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from insight_app.errors import WorldError


@contextmanager
def written_whole(folder: Path, *, last: str, gone: Sequence[str] = ()) -> Iterator[Path]:
    """Yield a folder beside `folder` to write into; move its files there once all are written.

    last: the file without which the others are nothing, moved in the end; gone: files of `folder`
    that must not outlive the new ones. Other files of `folder` stay.
    """
    part = folder.absolute().with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        folder.mkdir(exist_ok=True)
        for name in gone:
            if not (part / name).exists():
                (folder / name).unlink(missing_ok=True)
        for file in sorted(part.iterdir(), key=lambda file: file.name == last):
            file.replace(folder / file.name)
    except OSError as error:
        raise WorldError(
            f"The files could not be written ({error.strerror or error}).",
            where=str(folder),
            kept="What was there before is unchanged.",
            do="Choose a folder that has room and may be written to.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
