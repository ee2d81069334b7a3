"""What a person does in a day, by what it is done to."""

from tests.long_day.acts import arranging, finding, judging, looking, projects
from tests.long_day.acts.registry import ACTS, Act

__all__ = ["ACTS", "Act", "arranging", "finding", "judging", "looking", "projects"]
