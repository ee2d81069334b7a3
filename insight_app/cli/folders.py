"""The folders of a project: listed, taken out, put back, found again."""

from pathlib import Path
from typing import Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.figures import agreeing, counted


def folders(
    project: ProjectPath,
    remove: Annotated[
        list[Path] | None,
        typer.Option(
            "--remove",
            metavar="FOLDER",
            help="Take this folder out of the project: its photos count no more. Codes and "
            "judgements are kept, the photos themselves are not touched. Can be given several "
            "times.",
        ),
    ] = None,
    put_back: Annotated[
        list[Path] | None,
        typer.Option(
            "--put-back",
            metavar="FOLDER",
            help="Put a folder back that was taken out; nothing is analyzed again. Can be given "
            "several times.",
        ),
    ] = None,
    moved: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--moved",
            metavar="OLD NEW",
            help="The photos of folder OLD are in folder NEW now. They are recognized by name, "
            "size and content; nothing is analyzed again.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the folders of a project and change what belongs to it.

    Without options: every folder with its photos and whether it is there. A folder can be named as
    it is listed, or by its whole path.
    """
    if sum(bool(option) for option in (remove, put_back, moved)) > 1:
        raise typer.BadParameter("Use one of --remove, --put-back and --moved at a time.")
    from insight_app.project.summary import folders as listed

    if remove or put_back or moved:
        _change(project, remove, put_back, moved)
    found = listed(project)
    if as_json:
        terminal.print_json({"sources": found})
        return
    for source in found:
        terminal.say(_line(source["path"], source))
        for folder in source["folders"]:
            name = Path(folder["path"]).relative_to(source["path"]).as_posix()
            if name != ".":
                terminal.say(_line(f"  {name}", folder))


def _change(
    project: Path,
    remove: list[Path] | None,
    put_back: list[Path] | None,
    moved: tuple[Path, Path] | None,
) -> None:
    from insight_app.project.analysis.folders import changing

    kept = "Nothing was changed."
    if moved:
        kept = "Either nothing was changed, or the next analysis looks at the rest of the photos."
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        if remove:
            done = changing.remove(project, remove, progress=progress, cancel=cancel)
            were = agreeing(done.photos, "was", "were")
            said = f"{counted(done.photos, 'photo')} {were} taken out. --put-back brings them back."
        elif put_back:
            done = changing.put_back(project, put_back, progress=progress, cancel=cancel)
            said = f"{counted(done.photos, 'photo')} {agreeing(done.photos, 'is', 'are')} back."
        elif moved:
            done = changing.move(project, *moved, progress=progress, cancel=cancel)
            photos = counted(done.photos, "photo")
            said = f"Found {done.photos - done.missing:,} of {photos} in {moved[1]}."
    terminal.complain(said)


def _line(name: str, found: dict[str, Any]) -> str:
    """Return one folder in words, with what is out of the ordinary."""
    rest = found["photos"] - found["coded"] - found["unreadable"] - found["missing"]
    counts = {
        "not analyzed yet": rest,
        "unreadable": found["unreadable"],
        "missing": found["missing"],
        "taken out": found["removed"],
    }
    said = [counted(found["photos"], "photo")] if found["photos"] or not found["removed"] else []
    said += [f"{number:,} {what}" for what, number in counts.items() if number]
    where = ["NOT THERE"] if found["state"] == "not there" else []
    return f"{name}: {', '.join([*where, *said])}"
