"""Standard output and error of a command line, from which no text of others can reach the terminal.

A name with escape sequences in it would move the cursor, hide lines or write into the clipboard;
one with a line's end would look like a line of ours. `plain` writes both out. Behind it stand
streams that let through no escape sequence whoever prints: a library's warning, an unknown option.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from insight_app.plain_text import ACTS

_ACTS = re.compile(f"[{ACTS}]")
_ACTS_IN_LINES = re.compile(f"(?![\\n\\t])[{ACTS}]")


def plain(text: str) -> str:
    r"""Return a text of others as one line without commands to the terminal: \\n, \\x1b."""
    return _ACTS.sub(_written_out, text)


@contextmanager
def plain_streams() -> Iterator[None]:
    """Let standard output and error of this process show signs that act, and not obey them."""
    with redirect_stdout(_Plain(sys.stdout)), redirect_stderr(_Plain(sys.stderr)):
        yield


def write_data(data: bytes) -> None:
    """Write bytes to standard output as they are: results that are no text for a terminal."""
    _Plain(sys.stdout).write_bytes(data)


def bare(stream: TextIO) -> TextIO:
    """Return the stream behind a plain one: for a bar, which moves the cursor itself."""
    return stream.stream if isinstance(stream, _Plain) else stream


class _Plain(io.TextIOBase):
    """Writes into another text stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = bare(stream)
        if isinstance(self.stream, io.TextIOWrapper):
            # An old code page shows a name as \\u4e2d instead of failing.
            self.stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        with self._reader_may_go():
            self.stream.write(_ACTS_IN_LINES.sub(_written_out, text))
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Write data as it is."""
        with self._reader_may_go():
            self.stream.flush()
            self.stream.buffer.write(data)
            self.stream.buffer.flush()

    def flush(self) -> None:
        with self._reader_may_go():
            self.stream.flush()

    @contextmanager
    def _reader_may_go(self) -> Iterator[None]:
        """Stop quietly where nobody reads the results any more (`| head`); else work on."""
        try:
            yield
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())  # else Python complains when it ends
            os.close(nowhere)
            if self.stream is sys.__stdout__:
                raise SystemExit(0) from None

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding

    @property
    def errors(self) -> str:  # type: ignore[override]
        """Known: else a library would write around this one, into the bytes behind it."""
        return self.stream.errors or "strict"


def _written_out(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
