"""`insight-app findings`: what people pinned in an audit: list it, pin, comment, close."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging.speaking import DryRun, PersonName, judging
from insight_app.errors import Refusal
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import Act
    from insight_app.project.judgements.payloads import View
    from insight_app.project.judgements.state import PinnedFinding
    from insight_app.project.project import Project

SHORTEST = 4


def findings(
    project: ProjectPath,
    finding: Annotated[
        str, typer.Argument(metavar="[ID]", help="One of the list; its first letters are enough.")
    ] = "",
    pin: Annotated[
        str, typer.Option(metavar="TEXT", help="Pin a finding: what is to be seen, in a sentence.")
    ] = "",
    photo: Annotated[str, typer.Option(metavar="PHOTO", help="With --pin: on this photo.")] = "",
    concept: Annotated[
        list[str] | None,
        typer.Option(metavar="CONCEPT", help="With --pin: about this concept; may be repeated."),
    ] = None,
    comment: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What you think of it; '' takes it away.")
    ] = None,
    critical: Annotated[
        bool | None,
        typer.Option(
            "--critical/--not-critical", help="No report is signed while it is open, or may be."
        ),
    ] = None,
    close: Annotated[
        str | None, typer.Option(metavar="TEXT", help="It is settled, and how.")
    ] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="It is not settled after all.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take it off the list.")] = False,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """List what was pinned in an audit, pin something, or say what became of it.

    Each of these is a judgement: `history` tells it, `undo` takes it back.
    """
    from insight_app.project.judgements import auditing

    changes = (comment, critical, close, reopen or None, remove or None)
    if pin and finding:
        raise typer.BadParameter("Give an ID or --pin, not both.")
    if not pin and any(one is not None for one in changes) and not finding:
        raise typer.BadParameter("Say which finding: give its ID.")
    if not pin and all(one is None for one in changes):
        _list(project, finding, as_json)
        return
    with judging(project, person, dry_run=dry_run) as (opened, judgements):
        acts: list[Act] = []
        if pin:
            key = auditing.new_key()
            view = _view(opened, pin, photo, concept or [])
            acts.append(auditing.pin(key, view, comment or "", is_critical=bool(critical)))
        else:
            key = _chosen(dict(judgements.state.findings), finding)
            acts += [auditing.comment_finding(key, comment)] if comment is not None else []
            acts += [auditing.judge_critical(key, critical)] if critical is not None else []
        acts += [auditing.close_finding(key, close)] if close is not None else []
        acts += [auditing.reopen_finding(key)] if reopen else []
        acts += [auditing.remove_finding(key)] if remove else []
        told = pin or judgements.state.findings[key].view.told
        text = f"{_done(pin, close, reopen, remove)} the finding “{visible(told)[:80]}”"
        judgements.judge(acts, text)
        found = _told(key, judgements.state.findings[key])
    _print([found], as_json)


def _done(pin: str, close: str | None, reopen: bool, remove: bool) -> str:
    if pin:
        return "Pinned"
    done = "Closed" if close is not None else "Changed"
    return "Took off" if remove else "Reopened" if reopen else done


def _list(project: Path, wanted: str, as_json: bool) -> None:
    from insight_app.project.judgements.auditing import in_order
    from insight_app.project.project import Project

    with Project.open(project, read_only=True) as opened:
        state = dict(opened.judgements.state.findings)
    keys = [_chosen(state, wanted)] if wanted else [key for key, _one in in_order(state)]
    _print([_told(key, state[key]) for key in keys], as_json)


def _chosen(state: "dict[str, PinnedFinding]", wanted: str) -> str:
    found = [key for key in state if key.startswith(wanted.lower())]
    if len(wanted) < SHORTEST or len(found) != 1:
        what = "Several findings begin so" if len(found) > 1 else "There is no such finding"
        raise Refusal(f"{what}: “{visible(wanted)}”.", do="insight-app findings PROJECT lists all.")
    return found[0]


def _view(project: "Project", told: str, photo: str, concepts: list[str]) -> "View":
    from insight_app.cli.judging import finding, speaking
    from insight_app.cli.judging.photos import Photos
    from insight_app.project.judgements.acts import title
    from insight_app.project.judgements.payloads import View

    image, ids = "", []
    if photo:
        with speaking.machine_results(project) as results:
            image = Photos(results).one(photo).content
    if concepts:
        with speaking.concepts(project) as catalogue:
            ids = [str(catalogue.id_of(finding.concept(catalogue, one))) for one in concepts]
    return View(title(told, "A finding"), concepts=tuple(ids), image=image)


def _told(key: str, one: "PinnedFinding") -> dict[str, Any]:
    return {
        "id": key,
        "status": one.status,
        "critical": one.is_critical,
        "what": one.view.told,
        "comment": one.comment,
        "resolution": one.resolution,
        "concepts": list(one.view.concepts),
        "image": one.view.image,
    }


def _print(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        terminal.print_json({"findings": found})
        return
    if not found:
        terminal.say("Nothing was pinned. That does not mean that anything was verified.")
    for one in found:
        critical = ", critical" if one["critical"] else ""
        terminal.say(f"{one['id'][:8]}  {one['status']}{critical}: {visible(one['what'])}")
        for name in ("comment", "resolution"):
            if one[name]:
                terminal.say(f"          {name}: {visible(one[name])}")
