"""A gate in front of the encoder: an analysis stands at it until the driver lets it go on.

The driver's end is a local server (`Gate`), the worker's end an encoder that asks there before each
batch. So an analysis is caught in its middle, and nobody waits for a clock.
"""

import os
import socket
import sys
from collections.abc import Mapping
from typing import ClassVar

import torch
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from tests import tiny

ADDRESS = "INSIGHT_LONG_DAY_GATE"
PROGRAM = """
import sys
from insight_app.concepts import encoders
info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=16)
encoders.REGISTRY["tiny"] = ("tests.long_day.gate", info)
from insight_app.worker.loop import main
sys.exit(main())
"""
COMMAND = [sys.executable, "-c", PROGRAM]


class Gate:
    """Opened and shut by the driver; `standing` are the analyses that wait at it."""

    def __init__(self, address: str) -> None:
        os.environ[ADDRESS] = address
        self.is_open = True
        self.standing: list[QLocalSocket] = []
        self._server = QLocalServer()
        if not self._server.listen(address):
            raise OSError(self._server.errorString())
        self._server.newConnection.connect(self._came)

    def open(self) -> None:
        """Let everybody go on, now and from now on."""
        self.is_open = True
        for one in self.standing:
            one.write(b"!")
            one.flush()
        self.standing.clear()

    def shut(self) -> None:
        self.is_open = False

    def close(self) -> None:
        self.open()
        self._server.close()

    def _came(self) -> None:
        while (one := self._server.nextPendingConnection()) is not None:
            one.disconnected.connect(lambda one=one: self._left(one))
            self.standing.append(one)
        if self.is_open:
            self.open()

    def _left(self, one: QLocalSocket) -> None:
        if one in self.standing:
            self.standing.remove(one)
        one.deleteLater()


class GatedEncoder(tiny.TinyEncoder):
    """The tiny encoder, which asks at the gate before each batch."""

    options: ClassVar[Mapping[str, str]] = {}

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(os.environ[ADDRESS])
            line.recv(1)
        return super().encode(pixels)


def load(device: str) -> tiny.TinyEncoder:
    """As the registry of encoders calls it."""
    return GatedEncoder()
