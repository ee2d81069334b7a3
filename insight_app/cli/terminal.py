"""Talking to a terminal: exit codes, progress, Ctrl+C, and errors in one clear line.

Knows no command. On a terminal progress is a bar with the time left; elsewhere (a pipe, a log file)
it is a plain line now and then.
"""

import json
import os
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from insight_app import __version__
from insight_app.cli import plain_streams
from insight_app.cli.plain_streams import plain
from insight_app.concepts.progress import Cancelled, CancelToken, Progress
from insight_app.disk_errors import must_be_the_worlds
from insight_app.errors import KnownError
from insight_app.figures import figure
from insight_app.plain_text import shortened

MESSAGE_LETTERS = 60
"""What is shown of a message beside the bar."""
PLAIN_SECONDS = 5.0
"""A plain line of progress at most this often, unless what is done changes."""


class Exit(IntEnum):
    """What the exit code means; the README lists the same."""

    OK = 0
    ERROR = 1
    USAGE = 2
    DAMAGED = 3
    BUG = 4
    NOTHING_READ = 5
    CANCELLED = 130


def say(text: str) -> None:
    """Print a line of results, whatever is in it, on standard output."""
    print(plain(text))


def complain(text: str) -> None:
    """Print a line about progress or a problem, whatever is in it, on standard error."""
    print(plain(text), file=sys.stderr)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a Progress that shows itself on standard error."""
    console = Console(file=plain_streams.bare(sys.stderr))
    if console.is_terminal:
        with _bar(console) as shown:
            yield shown
    else:
        yield _plain_lines()


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # While it is shown the bar takes what is printed, and prints it above itself.
    with Bar(*columns, console=console, transient=True) as bar, plain_streams.plain_streams():
        task = bar.add_task("", total=None)

        def show(done: int, total: int, message: str) -> None:
            said = shortened(plain(message), MESSAGE_LETTERS)
            bar.update(task, completed=done, total=total or None, description=said)

        yield show


def _plain_lines() -> Progress:
    last_message, last_time = "", 0.0
    began, before = 0.0, 0

    def show(done: int, total: int, message: str) -> None:
        nonlocal last_message, last_time, began, before
        now, is_same = time.monotonic(), message == last_message
        if is_same and (not total or done != total) and now - last_time < PLAIN_SECONDS:
            return
        if not is_same or done < before:
            began, before = now, done
        last_message, last_time = message, now
        count = f"{done} of {total}" if total else str(done) if done else ""
        left = time_left(now - began, done - before, total - done) if total else ""
        complain(" ".join(part for part in (message, count) if part) + left)

    return show


def time_left(seconds: float, done: int, left: int) -> str:
    """Return how long the rest takes at the pace so far, as the end of a line; "" if unknown.

    seconds: in which `done` of the parts were done; left: parts to do.
    """
    if done <= 0 or left <= 0 or seconds < PLAIN_SECONDS:
        return ""
    rest = seconds * left / done
    return f", about {rest / 60:.0f} min left" if rest >= 90 else f", about {rest:.0f} s left"


@contextmanager
def cancellable(message: str) -> Iterator[CancelToken]:
    """Yield a token that Ctrl+C (or a polite kill) cancels; a second Ctrl+C stops at once.

    message: what to tell a person who stopped it, that is, how to go on.
    """
    token = CancelToken()

    def stop(number: int, frame: FrameType | None) -> None:
        if token.is_cancelled:
            raise KeyboardInterrupt
        token.cancel()
        complain("Stopping after the current batch; Ctrl+C again stops at once.")

    names = [signal.SIGINT, signal.SIGTERM]
    before = {name: signal.signal(name, stop) for name in names}
    try:
        yield token
    except (Cancelled, KeyboardInterrupt):
        complain(message)
        raise Cancelled from None
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def run(command: Callable[[], object]) -> int:
    """Run a command line and return its exit code. Every error is told here, and only here."""
    with plain_streams.plain_streams():
        return _run(command)


def _run(command: Callable[[], object]) -> int:
    try:
        try:
            command()
        finally:
            sys.stdout.flush()  # what cannot be written is an error of this command
    except KnownError as error:
        complain(f"Error: {error}")
        return Exit.ERROR
    except (Cancelled, KeyboardInterrupt):
        return Exit.CANCELLED
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else Exit.OK
    except Exception as error:
        if (known := must_be_the_worlds(error)) is not None:
            complain(f"Error: {known}")
            return Exit.ERROR
        _report_bug(error)
        return Exit.BUG
    return Exit.OK


def _report_bug(error: Exception) -> None:
    """Keep the trace in a file and say where it is."""
    complain(f"This is a bug in Insight {__version__}: {type(error).__name__}: {error}")
    whole = (
        f"Insight {__version__}, Python {sys.version}, {sys.platform}\n"
        f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}"
    )
    text = "\n".join(map(plain, whole.splitlines()))
    folder = platformdirs.user_log_path("insight-app")
    path = folder / f"bug-{datetime.now():%Y-%m-%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        for line in text.splitlines():
            complain(line)
        return
    complain(f"Nothing that was saved is lost. Please report it with this file: {path}")


def quoted(path: Path | str) -> str:
    """Return a path or a name as it must be typed: quoted if the shell has a use for its signs."""
    text = str(path)
    if os.name == "posix":
        return shlex.quote(text)
    return f'"{text}"' if " " in text else text


def lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield nested values as lines for a person: one a value, groups indented."""
    for name, value in values.items():
        label = f"{indent}{name.replace('_', ' ')}"
        if isinstance(value, Mapping) and value.keys() == {"mean", "spread"}:
            yield f"{label}: {_text(value['mean'])} ± {_text(value['spread'])}"
        elif isinstance(value, Mapping) and not value:
            yield f"{label}: none"
        elif isinstance(value, Mapping):
            yield f"{label}:"
            yield from lines(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, one in enumerate(value, 1):
                yield f"{label} {number}:"
                yield from lines(one, indent + "  ")
        elif isinstance(value, list):
            yield f"{label}: {', '.join(map(_text, value)) or 'none'}"
        else:
            yield f"{label}: {_text(value)}"


def _text(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value) if isinstance(value, float) else plain(str(value))


def print_values(values: Mapping[str, Any], as_json: bool) -> None:
    """Print nested values as JSON, or as one plain line each."""
    if as_json:
        print_json(values)
    else:
        for line in lines(values):
            say(line)


def print_json(value: object) -> None:
    """Print JSON: exact whatever is in it, since all beyond ASCII is escaped."""
    print(json.dumps(value, indent=1))
