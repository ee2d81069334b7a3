"""`insight-app report`: the report of an audit as one HTML file, signing it, checking it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_app.cli import plain_streams, terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging.speaking import PersonName, judging
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.exchange.audit_report.signing import Checked

STANDARD_OUTPUT = ("-", "/dev/stdout")


def report(
    project: ProjectPath,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE.html",
            help="The file to write; - is standard output.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    sign: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Put your name under a report that was written."),
    ] = None,
    statement: Annotated[
        str, typer.Option(metavar="TEXT", help="What you say with your signature.")
    ] = "",
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Say who signed this file, and whether it still is that."
        ),
    ] = None,
    person: PersonName = None,
    as_json: AsJson = False,
) -> None:
    """Write what an audit found into one HTML file, sign such a file, or check one.

    It needs no network and no Insight to be read: findings, open doubts, model and data by
    fingerprint, who judged what, classes, edits of the model with their effects, quality. Signing
    is refused while a critical finding is open. --check fails for a file that nobody signed.
    """
    asked = [one for one in (output, sign, check) if one is not None]
    if len(asked) > 1 or not (asked or as_json):
        raise typer.BadParameter("Give one of -o FILE, --sign FILE and --check FILE.")
    if sign is not None:
        _sign(project, sign, statement, person, as_json)
    elif check is not None:
        _check(project, check, as_json)
    else:
        _write(project, output, force, as_json)


def _write(project: Path, output: Path | None, force: bool, as_json: bool) -> None:
    from insight_app.exchange.audit_report import html, writing
    from insight_app.exchange.audit_report.gathering import gather
    from insight_app.project.project import Project

    is_file = output is not None and str(output) not in STANDARD_OUTPUT
    if output is not None and is_file:
        writing.must_be_writable(output, overwrite=force)
    with (
        Project.open(project, read_only=True) as opened,
        terminal.cancellable("Nothing was written.") as cancel,
        terminal.progress() as progress,
    ):
        made = gather(opened, progress=progress, cancel=cancel)
    if output is None:
        terminal.print_json(made.to_json())
        return
    data = html.page(made)
    if not is_file:
        plain_streams.write_data(data)
        return
    written = writing.write(data, output, overwrite=force)
    if as_json:
        terminal.print_json({"file": str(written)} | made.to_json())
    else:
        terminal.say(str(written))


def _sign(project: Path, file: Path, statement: str, person: str | None, as_json: bool) -> None:
    from insight_app.exchange.audit_report import signing

    data = signing.read(file)
    with judging(project, person, dry_run=False) as (_opened, judgements):
        act = signing.act_of(judgements, file, data, statement)
        judgements.judge([act], f"Signed the report {visible(file.name)}")
        found = signing.check(judgements, data)
    _tell(found, as_json)


def _check(project: Path, file: Path, as_json: bool) -> None:
    from insight_app.exchange.audit_report import signing
    from insight_app.project.project import Project

    data = signing.read(file)
    with Project.open(project, read_only=True) as opened:
        found = signing.check(opened.judgements, data)
    _tell(found, as_json)
    if not found.is_signed:
        raise typer.Exit(terminal.Exit.ERROR)


def _tell(found: "Checked", as_json: bool) -> None:
    from insight_app.exchange.audit_report import signing

    if as_json:
        signatures = [vars(one) for one in found.signatures]
        terminal.print_json(vars(found) | {"signatures": signatures, "is_signed": found.is_signed})
        return
    for line in signing.told(found):
        terminal.say(visible(line))
    terminal.say(f"SHA-256 {found.sha256}")
