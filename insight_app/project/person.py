"""Who judges on this computer: a uuid made once and a name that may change.

Kept in the user's configuration folder, since it belongs to the person and not to a project.
"""

import getpass
import json
import platform
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid4, uuid5

import platformdirs

from insight_app import plain_json
from insight_app.files import read_regular, write_whole
from insight_app.project.judgements.state import Person

_MOST_BYTES = 1 << 16


def this_person(folder: Path | None = None) -> Person:
    """Return the person at this computer, kept in `folder` (default: the user's configuration)."""
    path = _path(folder)
    try:
        found: Any = plain_json.loads(read_regular(path, _MOST_BYTES, follow_links=True))
        return Person(str(found["uuid"]), str(found["name"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    name = _login()
    try:
        return remember(Person(str(uuid4()), name), folder)
    except OSError:
        # Nothing can be remembered here: the same login on the same computer is the same person.
        return Person(str(uuid5(NAMESPACE_DNS, f"{name}@{platform.node()}")), name)


def remember(person: Person, folder: Path | None = None) -> Person:
    """Keep who judges here, for instance under a new name."""
    path = _path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"uuid": person.uuid, "name": person.name}, ensure_ascii=False)
    write_whole(path, lambda file: file.write(text.encode()))
    return person


def _path(folder: Path | None) -> Path:
    base = folder if folder is not None else platformdirs.user_config_path("insight-app")
    return base / "person.json"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
