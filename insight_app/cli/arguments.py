"""Arguments that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

ProjectPath = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project folder, NAME.insight.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
