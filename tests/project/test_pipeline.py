"""The thread that writes codes: in order, ahead of a slow disk, never silent about a failure."""

import threading
from typing import Any

import pytest

from insight_app.project.analysis.coding.pipeline import WAITING, Writer


def test_a_slow_disk_holds_up_nobody_while_batches_can_wait() -> None:
    disk_is_back, written = threading.Event(), []

    def record(items: list[Any]) -> None:
        assert disk_is_back.wait(60)
        written.append(items)

    writer = Writer(record, lambda: written.append(["finished"]))
    batches: list[list[Any]] = [[number] for number in range(WAITING)]
    for batch in batches:
        writer.put(batch)  # would hang here if it waited for the disk
    assert not written
    disk_is_back.set()
    writer.close()
    assert written == [*batches, ["finished"]]


def test_a_full_disk_is_told_and_nothing_more_is_written() -> None:
    failed, written = threading.Event(), []

    def record(items: list[Any]) -> None:
        if items == [1]:
            failed.set()
            raise OSError("no space left")
        written.append(items)

    writer = Writer(record, lambda: written.append(["finished"]))
    for number in range(3):
        writer.put([number])
    assert failed.wait(60)
    with pytest.raises(OSError, match="no space left"):
        writer.close()
    with pytest.raises(OSError, match="no space left"):
        writer.put([4])
    assert written == [[0]]
