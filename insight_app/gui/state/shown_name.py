"""How a concept's name looks, wherever it stands: the one place that decides it.

A machine's name is italic, and has a question mark where it is doubtful; a person's is upright.
Knows no widget and no catalogue.
"""

from dataclasses import dataclass
from html import escape

from insight_app.plain_text import shortened, visible

NAME_LETTERS = 400
"""Letters of a name that are shown; of a longer one its beginning and its end."""
DOUBT = "?"
DOUBTFUL_WORD = "doubtful"
"""The word for it where a sign says too little: to screen readers, in tooltips."""


def shown_name(name: str) -> str:
    """Return what is shown of a name: one line, none of its signs acts, and it has an end."""
    return shortened(visible(name), NAME_LETTERS)


@dataclass(frozen=True)
class ShownName:
    """plain: the name without any sign, "concept 412" where there is none.

    is_italic: a machine gave it.  number: "#412" where another concept has the same name, else ''.
    """

    plain: str
    is_italic: bool = True
    is_doubtful: bool = False
    number: str = ""

    @property
    def text(self) -> str:
        """The name with its question mark."""
        return f"{self.plain}{DOUBT}" if self.is_doubtful else self.plain

    @property
    def told_apart(self) -> str:
        """The name where there is no room for more, with its number if need be."""
        return f"{self.text} {self.number}" if self.number else self.text

    @property
    def spoken(self) -> str:
        """The name as a screen reader says it: it would pass over a question mark."""
        words = f"{self.plain} {self.number}" if self.number else self.plain
        return f"{words}, {DOUBTFUL_WORD}" if self.is_doubtful else words

    @property
    def html(self) -> str:
        """The name told apart, for rich text."""
        text = escape(self.text)
        name = f"<i>{text}</i>" if self.is_italic else text
        return f"{name} {escape(self.number)}" if self.number else name
