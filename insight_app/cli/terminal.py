"""Talking to a terminal: exit codes, progress, Ctrl+C, and errors in one clear line.

Knows no command. On a terminal progress is a bar with the time left; elsewhere (a pipe, a log file)
it is a plain line now and then.
"""

import io
import json
import os
import re
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
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from insight_app import __version__
from insight_app.concepts.progress import Cancelled, CancelToken, Progress
from insight_app.disk_errors import must_be_the_worlds
from insight_app.errors import KnownError
from insight_app.figures import figure

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that move the cursor, end the line, turn the writing round, or are none."""
PLAIN_SECONDS = 5.0
"""A plain line of progress at most this often, unless what is done changes."""


class Exit(IntEnum):
    """What the exit code means; the README lists the same."""

    OK = 0
    ERROR = 1
    USAGE = 2
    DAMAGED = 3
    BUG = 4
    CANCELLED = 130


def escape_unprintable() -> None:
    r"""Let a console with an old code page show a name as \\u4e2d instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def plain(text: str) -> str:
    r"""Return a text of others as one line without commands to the terminal: \\n, \\x1b."""
    return UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text)


def out() -> Console:
    """Return standard output, for results."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Return standard error, for progress and problems."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a Progress that shows itself on standard error."""
    console = err()
    if console.is_terminal:
        with _bar(console) as shown:
            yield shown
    else:
        yield _plain_lines(console)


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, message: str) -> None:
            bar.update(
                task, completed=done, total=total or None, description=escape(plain(message))
            )

        yield show


def _plain_lines(console: Console) -> Progress:
    last_message, last_time = "", 0.0

    def show(done: int, total: int, message: str) -> None:
        nonlocal last_message, last_time
        now = time.monotonic()
        if message == last_message and now - last_time < PLAIN_SECONDS and done != total:
            return
        last_message, last_time = message, now
        count = f"{done} of {total}" if total else str(done) if done else ""
        console.print(" ".join(part for part in (plain(message), count) if part), markup=False)

    return show


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
        err().print("Stopping after the current batch; Ctrl+C again stops at once.")

    names = [signal.SIGINT, signal.SIGTERM]
    before = {name: signal.signal(name, stop) for name in names}
    try:
        yield token
    except (Cancelled, KeyboardInterrupt):
        err().print(message, markup=False)
        raise Cancelled from None
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def run(command: Callable[[], object]) -> int:
    """Run a command line and return its exit code. Every error is told here, and only here."""
    try:
        command()
    except KnownError as error:
        err().print(f"Error: {plain(str(error))}", markup=False)
        return Exit.ERROR
    except (Cancelled, KeyboardInterrupt):
        return Exit.CANCELLED
    except BrokenPipeError:
        # whoever read our output went away (`| head`); keep Python from saying so at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else Exit.OK
    except Exception as error:
        if (known := must_be_the_worlds(error)) is not None:
            err().print(f"Error: {plain(str(known))}", markup=False)
            return Exit.ERROR
        _report_bug(error)
        return Exit.BUG
    return Exit.OK


def _report_bug(error: Exception) -> None:
    """Keep the trace in a file and say where it is."""
    console = err()
    console.print(
        f"This is a bug in Insight {__version__}: {type(error).__name__}: {error}", markup=False
    )
    text = (
        f"Insight {__version__}, Python {sys.version}, {sys.platform}\n"
        f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}"
    )
    folder = platformdirs.user_log_path("insight-app")
    path = folder / f"bug-{datetime.now():%Y-%m-%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        console.print(text, markup=False)
        return
    console.print(
        f"Nothing that was saved is lost. Please report it with this file: {path}", markup=False
    )


def quoted(path: Path) -> str:
    """Return a path as it must be typed: in quotes if it has spaces."""
    text = str(path)
    return f'"{text}"' if " " in text else text


def lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield nested values as lines for a person: one a value, groups indented."""
    for name, value in values.items():
        label = f"{indent}{name.replace('_', ' ')}"
        if isinstance(value, Mapping) and value.keys() == {"mean", "spread"}:
            yield f"{label}: {_text(value['mean'])} ± {_text(value['spread'])}"
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
    console = out()
    if as_json:
        console.print(json.dumps(values, indent=1), markup=False)
    else:
        for line in lines(values):
            console.print(line, markup=False)
