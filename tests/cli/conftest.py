"""A project to judge, and a command line in this process."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from insight_app.cli import terminal
from insight_app.cli.program import app
from insight_app.cli.terminal import Exit
from tests.synthetic import make_project


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("made") / "birds.insight", images=24, concepts=32)


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / made.name
    shutil.copytree(made, copy)
    return copy


class Shell:
    """Runs command lines in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """The exit code, what it printed, what it complained."""
        self._capfd.readouterr()
        code = terminal.run(lambda: app([str(one) for one in arguments], prog_name="insight-app"))
        told = self._capfd.readouterr()
        return code, told.out, told.err

    def do(self, *arguments: object) -> str:
        """What it printed; it must have gone well."""
        code, out, told = self(*arguments)
        assert code == Exit.OK, told
        return out

    def json(self, *arguments: object) -> Any:
        """The JSON that it printed; it must have gone well."""
        return json.loads(self.do(*arguments, "--json"))

    def refused(self, *arguments: object) -> str:
        """The one line that says why it was refused."""
        code, out, told = self(*arguments)
        assert (code, out) == (Exit.ERROR, "")
        assert told.startswith("Error: ") and told.count("\n") == 1
        return told


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests is nobody in particular."""
    monkeypatch.setattr("platformdirs.user_config_path", lambda *names: tmp_path / "config")
