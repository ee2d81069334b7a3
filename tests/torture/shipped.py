"""Kills of the worker with the encoder and the dictionary that ship; see `worker`."""

from pathlib import Path

from tests.torture import worker
from tests.torture.decoys import Decoys

SECONDS = 300.0
attempt = worker.attempt


def prepare(root: Path, decoys: Decoys) -> worker.World:
    return worker.prepare(root, decoys, "builtin")
