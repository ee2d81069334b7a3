"""What can be said of a concept's names and of what it is: acts about the concept alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.cli.judging.said import Said, quoted
from insight_app.errors import Refusal
from insight_app.project import judgements as j

if TYPE_CHECKING:
    from insight_app.cli.judging.drafting import Draft


def language(code: str) -> Said:
    """Say in which language persons write."""
    act = j.language(code)
    told = f"Names and notes are in the language {code.strip()}"
    return Said(told if code.strip() else "No language is named", (act,))


def _accept(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    name = " ".join(values[0].split()) if values else draft.catalogue.names[row]
    if not name:
        raise Refusal(f"{draft.called(row)} has no name to accept.", do="Type: accept NAME")
    what = f"{quoted(name)} for {draft.called(row)}" if values else draft.called(row)
    return Said(f"Accepted {what}", (j.accept(draft.id(row), name),))


def _unsure(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    name = draft.catalogue.names[row]
    return Said(f"Unsure about {draft.called(row)}", (j.unsure(draft.id(row), name),))


def _reject(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    name = draft.catalogue.names[row]
    return Said(f"Rejected {draft.called(row)}", (j.reject(draft.id(row), name),))


def _clear(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    return Said(f"Took back the status of {draft.called(row)}", (j.clear_status(draft.id(row)),))


def _rename(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    act = j.rename(draft.id(row), values[0])
    name = act.after["name"]
    new = quoted(name) if isinstance(name, str) else "the machine's name"
    return Said(f"Renamed {draft.called(row)} to {new}", (act,))


def _hide(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    return Said(f"Hidden: {draft.called(row)}", (j.hide(draft.id(row)),))


def _unhide(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    return Said(f"Shown again: {draft.called(row)}", (j.unhide(draft.id(row)),))


def _note(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    act = j.note(draft.id(row), values[0])
    word = "Noted on" if act.after["note"] else "Took the note off"
    return Said(f"{word} {draft.called(row)}", (act,))


def _define(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    act = j.define(draft.id(row), values[0])
    word = "Defined" if act.after["definition"] else "Took the definition off"
    return Said(f"{word} {draft.called(row)}", (act,))


def _alias(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    act = j.alias(draft.id(row), *values)
    return Said(f"{draft.called(row)} is also called {_spelled(values)}", (act,))


def _remove_alias(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    text = " ".join(values[0].split())
    same = [one for one in draft.catalogue.aliases(row) if one.text == text]
    if len(values) > 1:
        same = [one for one in same if one.language == values[1].strip()]
    if not same:
        raise Refusal(f"{draft.called(row)} has no alias {_spelled(values)}.")
    if len(same) > 1:
        languages = ", ".join(one.language or "''" for one in same)
        raise Refusal(
            f"{draft.called(row)} has this alias in several languages: {languages}.",
            do="Say which: remove-alias TEXT LANGUAGE",
        )
    act = j.remove_alias(draft.id(row), *same[0])
    return Said(f"{draft.called(row)} is no longer called {_spelled(values)}", (act,))


def _spelled(values: Sequence[str]) -> str:
    language = f" ({quoted(values[1].strip())})" if len(values) > 1 and values[1].strip() else ""
    return f"{quoted(' '.join(values[0].split()))}{language}"


SAID: Mapping[str, Callable[["Draft", int, Sequence[str]], Said]] = {
    "accept": _accept,
    "unsure": _unsure,
    "reject": _reject,
    "clear": _clear,
    "rename": _rename,
    "hide": _hide,
    "unhide": _unhide,
    "note": _note,
    "define": _define,
    "alias": _alias,
    "remove-alias": _remove_alias,
}
