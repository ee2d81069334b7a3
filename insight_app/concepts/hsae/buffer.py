"""Tokens of a training in memory: read from a stream chunk by chunk, taught in a random order.

A chunk holds at most BUFFER_TOKENS tokens (half precision, about 400 MB for tokens of 384 numbers)
and is dropped when it was trained on; a set that fits into one is read once and stays for all
epochs. Random orders follow from seed and place alone. Knows nothing of what is learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from insight_app.concepts.hsae.settings import Schedule
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal

Batches = Callable[[int, int], Iterable[Tensor]]
"""batches(epoch, start): tokens of whole images, (T_i, D) each, of that epoch from its batch number
`start` on. The same epoch must always come in the same order; epochs may differ in theirs."""


@dataclass(frozen=True)
class Chunk:
    """A part of the stream in memory: its tokens (T, D) half, where it began and where it ended.

    epoch: the one it was read in; passes: how often it was already trained on.
    """

    tokens: Tensor
    epoch: int
    start: int
    stop: int
    is_last: bool
    passes: int = 0


class Chunks:
    """Reads the stream chunk by chunk; a set that fits into one chunk is read only once."""

    def __init__(
        self, batches: Batches, capacity: int, tokens: int, progress: Progress = silent
    ) -> None:
        self._batches = batches
        self._capacity = capacity
        self._expected = min(tokens, capacity)
        self._progress = progress

    def read(self, epoch: int, start: int, cancel: CancelToken | None) -> Chunk:
        """Read the chunk that begins with batch number `start` of an epoch."""
        parts = _Joined(self._expected)
        buffered, stop = 0, start
        for batch in self._batches(epoch, start):
            if cancel is not None:
                cancel.check()
            if buffered and buffered + len(batch) > self._capacity:
                return Chunk(parts.tokens(), epoch, start, stop, False)
            parts.add(batch.to("cpu", torch.float16))
            buffered, stop = buffered + len(batch), stop + 1
            if buffered:
                images = stop - start  # as large as each other, so that all are about so many:
                expected = max(images, round(images * self._expected / buffered))
                self._progress(images, expected, "Looking at photos to learn from")
        if not buffered:
            raise Refusal(
                "There are no tokens to learn from.",
                do="Add photos that can be read, then train again.",
            )
        return Chunk(parts.tokens(), epoch, start, stop, True)

    def after(self, chunk: Chunk, cancel: CancelToken | None) -> Chunk:
        """Return what follows a chunk that was used up: itself where it holds the whole set."""
        if not chunk.is_last:
            return self.read(chunk.epoch, chunk.stop, cancel)
        if chunk.start == 0:
            return replace(chunk, passes=chunk.passes + 1)
        return self.read(chunk.epoch + 1, 0, cancel)


class _Joined:
    """Tokens joined as they come, in memory that is asked for once: no second copy at the end."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._joined = torch.zeros(0, 0, dtype=torch.float16)
        self._used = 0

    def add(self, tokens: Tensor) -> None:
        """Append tokens (T, D) float16."""
        if not len(tokens):
            return
        end = self._used + len(tokens)
        if end > len(self._joined):
            rows = max(self._expected, end, len(self._joined) * 5 // 4)
            longer = torch.empty(rows, tokens.shape[1], dtype=torch.float16)
            if self._used:
                longer[: self._used] = self._joined[: self._used]
            self._joined = longer
        self._joined[self._used : end] = tokens
        self._used = end

    def tokens(self) -> Tensor:
        """Return all that were added (T, D)."""
        return self._joined[: self._used]


def batches_of(chunk: Chunk, seed: int, schedule: Schedule, first: int) -> Iterator[Tensor]:
    """Yield random batches of the chunk's tokens, (n,) indices, from number `first` on.

    A short rest joins the last batch.
    """
    place = generator(seed, 1 + chunk.epoch, chunk.start, chunk.passes)
    order = torch.randperm(len(chunk.tokens), generator=place)
    count = max(1, len(order) // schedule.batch)
    for number in range(first, count):
        stop = len(order) if number == count - 1 else (number + 1) * schedule.batch
        yield order[number * schedule.batch : stop]


def generator(*place: int) -> torch.Generator:
    """Make random numbers that depend on the seed and the place in the stream alone."""
    mixed = 0
    for number in place:
        mixed = (mixed * 1_000_003 + number) % 2**63
    return torch.Generator().manual_seed(mixed)
