"""The ways into Insight that a file of others is tried at, and what each says.

The command line runs in this very process, so that a case costs milliseconds. Knows no damage.
"""

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insight_app.cli.program import main
from insight_app.cli.terminal import Exit
from insight_app.errors import KnownError
from insight_app.project import judgements as j
from insight_app.project.analysis import run as analysis
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from tests import tiny
from tests.torture.cases import Outcome
from tests.torture.resident import where

ADA = Person("ada", "Ada")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Told:
    """What came out of a door. fault: None where nothing is wrong; code: the exit code."""

    door: str
    text: str = ""
    code: int = 0
    fault: Outcome | None = None
    value: Any = None

    @property
    def is_known(self) -> bool:
        """Whether it was refused, or said to be damaged, in words."""
        return self.fault is None and self.code != 0

    @property
    def finding(self) -> tuple[Outcome, str] | None:
        if self.fault is not None:
            return self.fault, f"{self.door}: {self.text}"
        return (Outcome.KNOWN, f"{self.door}: {self.text}") if self.is_known else None


def known(door: str, ask: Callable[[], Any]) -> Told:
    """Ask; a KnownError is an answer, MemoryError and any other error are faults."""
    try:
        return Told(door, value=ask())
    except KnownError as error:
        return Told(door, str(error), code=1)
    except MemoryError as error:
        return Told(door, f"MemoryError {where(error)}", fault=Outcome.OVER_MEMORY)
    except Exception as error:
        said = f"{type(error).__name__}: {str(error)[:200]} {where(error)}"
        return Told(door, said, fault=Outcome.CRASHED)


def cli(*words: str | Path) -> Told:
    """The command line; exit code 4 and signs that move a terminal are faults."""
    out, err = io.StringIO(), io.StringIO()
    door = f"insight-app {words[0]}"
    sys.argv = ["insight-app", *map(str, words)]
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
        except Exception as error:
            return Told(door, f"{type(error).__name__}: {error} {where(error)}", 4, Outcome.CRASHED)
    text = err.getvalue() if code else out.getvalue()
    if code == Exit.BUG:
        said = next((line for line in err.getvalue().splitlines() if "bug" in line), "")
        return Told(door, f"{said[:200]} {_traced(err.getvalue())}", code, Outcome.CRASHED)
    if unsafe := UNPRINTABLE.search(out.getvalue() + err.getvalue()):
        return Told(door, f"{unsafe[0]!r} reaches the terminal", code, Outcome.HARMED)
    return Told(door, " ".join(text.split())[:300], code, value=out.getvalue())


def _traced(text: str) -> str:
    """The last place of ours in the trace that a bug left."""
    found = re.search(r"(/\S+/bug-[\d-]+\.txt)", " ".join(text.split()))
    trace = Path(found[1]).read_text("utf-8") if found and Path(found[1]).exists() else text
    places = re.findall(r'insight_app/([\w/]+\.py)", line (\d+)', trace)
    return "at {}:{}".format(*places[-1]) if places else ""


def info(project: Path) -> Told:
    """What `info --json` says: its value is the JSON."""
    told = cli("info", project, "--json")
    if told.code or told.fault:
        return told
    try:
        return Told(told.door, value=json.loads(told.value))
    except ValueError as error:
        return Told(told.door, f"not JSON: {error}", fault=Outcome.CRASHED)


def analyze(project: Path, photos: list[Path], dictionary: Path | None) -> Told:
    """Analyze with an encoder that takes a millisecond a photo."""
    options = {} if dictionary is None else {"dictionary": dictionary}
    return known(
        "analyze",
        lambda: analysis.analyze(project, photos, encoder=tiny.TinyEncoder(), **options),
    )


def judge(project: Path, target: str = "f:1", text: str = "seen") -> Told:
    """Open for writing, as the window does, and write a note; value: (state, what is said)."""

    def ask() -> tuple[Any, str]:
        with Project.open(project, ADA) as opened:
            said = [str(opened.damage or ""), opened.why_read_only, *opened.warnings]
            if not opened.read_only:
                opened.judgements.judge([j.note(target, text)], "Noted")
            list(opened.backups)
            return opened.judgements.state, " ".join(filter(None, said))

    return known("window", ask)


def look(project: Path) -> Told:
    """Read all results as the panels do; value: everything read, None before there is any."""
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.state import CurationState

    def ask() -> dict[str, Any] | None:
        from insight_app.project.results.snapshot import Results

        results = Results.open(project)
        if results is None:
            return None
        with results:
            found: dict[str, Any] = {"run": results.run_state, "encoder": results.encoder}
            ids = results.image_ids()
            images = [results.image(int(one)) for one in ids[:40]]
            found["images"] = [(one.path.name, one.status, one.message) for one in images]
            found["problems"] = [(str(one.path), one.what) for one in results.problems(40)]
            for coded in results.image_ids(status="coded")[:40]:
                codes, name = results.codes(int(coded)), results.image(int(coded)).path.name
                found[name] = (codes.indices.tobytes(), codes.values.tobytes(),
                               results.unexplained(int(coded)).tobytes())  # fmt: skip
            catalogue = Catalogue(results, CurationState())
            found["names"], found["edges"] = list(catalogue.names), list(catalogue.edges())
            for concept in range(min(results.F, 30)):
                found[f"c{concept}"] = (
                    results.candidates(concept),
                    [vars(one) if hasattr(one, "__dict__") else repr(one)
                     for one in results.examples(concept, "strongest", 9)],
                    results.co_occurring(concept),
                    [part.tolist() for part in results.histogram(concept)],
                )  # fmt: skip
            found["folders"] = [part.tolist() for part in results.by_folder()]
            found["sources"] = [repr(one) for one in results.sources()]
            return found

    return known("results", ask)
