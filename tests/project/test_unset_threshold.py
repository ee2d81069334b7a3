"""What a project does with a dictionary whose threshold was never set: it says so, and keeps it."""

from pathlib import Path

import pytest
import torch

from insight_app.errors import Refusal
from insight_app.project.analysis import dictionary
from tests.concepts import releases
from tests.concepts.releases import MATRYOSHKA


def test_the_choice_is_said_and_kept_by_the_project(tmp_path: Path) -> None:
    folder = releases.write(tmp_path / "run")
    weights = releases.state(MATRYOSHKA) | {"threshold": torch.tensor(-1.0)}
    torch.save(weights, folder / "ae.pt")
    project, wanted = tmp_path / "p.insight", str(folder)
    installed = dictionary.install(project, wanted, "all")
    assert dictionary.notes(installed) == [
        "ae.pt: the threshold was never set (it is -1): every concept above zero is active, often "
        "half of all."
    ]
    used = dictionary.DictionaryChoice(wanted, installed.fingerprint, unset_threshold="all")
    dictionary.must_fit(project, used, wanted, None, None)  # as it was begun
    with pytest.raises(Refusal, match="another dictionary"):
        dictionary.must_fit(project, used, wanted, None, None, "topk")
