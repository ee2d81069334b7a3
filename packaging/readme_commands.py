"""Write the help of every command and the list of export formats into README.md.

    python packaging/readme_commands.py          rewrites README.md
    python packaging/readme_commands.py --check  exit code 1 when README.md is out of date

Each part stands between `<!-- NAME: ... -->` and `<!-- end of NAME -->`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from insight_app.cli.judging.words import WORDS, usage
from insight_app.cli.program import app
from insight_app.cli.terminal import Exit
from insight_app.exchange.registry import FORMATS

README = Path(__file__).resolve().parent.parent / "README.md"
EXITS = {
    Exit.OK: "done",
    Exit.ERROR: "something in the way that the line printed explains",
    Exit.USAGE: "the command was typed wrongly",
    Exit.DAMAGED: "`check` or `models verify` found damage, or `check --repair` left some",
    Exit.BUG: "a bug of Insight; the line printed names the file to report it with",
    Exit.NOTHING_READ: "`analyze` found no photo in these folders that could be read; it says why",
    Exit.CANCELLED: "stopped with Ctrl+C; what was done is kept",
}


def commands() -> str:
    """Return what every command does and takes: the words of its --help, arranged by us.

    Read from the commands themselves; how --help is laid out changes with the version of Typer.
    """
    return "\n\n".join(described(name, command) for name, command in each(get_command(app)))


def each(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with what is typed to reach it, those of groups in their place."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from each(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def described(name: str, command: Any) -> str:
    """Describe one command: its usage line, what it does, its arguments and options."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    needed = [f"{min(one.opts, key=len)} {one.metavar}" for one in options if one.required]
    usage = " ".join([name, *(one.metavar for one in arguments), *needed])
    rows = [f"| `{one.metavar}` | {one.help} |" for one in arguments]
    for one in options:
        spelled = ", ".join(f"`{opt}`" for opt in (*one.opts, *one.secondary_opts))
        is_said = one.default not in (None, False, True, "") and not one.required
        default = f" Default: {one.default}." if is_said else ""
        rows.append(f"| {spelled} | {one.help}{default} |")
    lines = [f"**`insight-app {usage}`**", "", " ".join((command.help or "").split())]
    if rows:
        lines += ["", "| | |", "|---|---|", *rows]
    return "\n".join(lines)


def formats() -> str:
    """Return the export formats as a table."""
    files = [f"`{kind.suffix}`" if kind.suffix else "a folder" for kind in FORMATS]
    named = zip(FORMATS, files, strict=True)
    rows = [f"| `{kind.name}` | {file} | {kind.title} |" for kind, file in named]
    return "\n".join(["| format | file | what |", "|---|---|---|", *rows])


def acts() -> str:
    """Return the acts of `judge` as a table."""
    rows = [f"| `{usage(name)}` | {word.does} |" for name, word in WORDS.items()]
    return "\n".join(["| act | what it says |", "|---|---|", *rows])


def exits() -> str:
    """Return the exit codes as a table."""
    rows = [f"| {int(code)} | {EXITS[code]} |" for code in Exit]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def refreshed(text: str) -> str:
    """Return the README's text with every generated part as it should be."""
    parts = {"commands": commands, "formats": formats, "acts": acts, "exits": exits}
    for name, make in parts.items():
        pattern = re.compile(rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no part {name!r}.")
        part = make()
        text = pattern.sub(lambda found, part=part: f"{found[1]}{part}\n{found[2]}", text)
    return text


def main() -> None:
    """Rewrite README.md, or only check it."""
    before = README.read_text(encoding="utf-8")
    after = refreshed(before)
    if "--check" in sys.argv[1:]:
        sys.exit(int(before != after))
    README.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
