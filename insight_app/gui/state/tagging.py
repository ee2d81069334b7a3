"""Words on photos: which there are, on which photos, putting them on and taking them off.

A word belongs to the content of a photo, wherever its file lies. Knows no panel.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import partial

from PySide6.QtCore import QObject

from insight_app.figures import counted
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.photo_contents import PhotoContents
from insight_app.gui.state.project_state import ProjectState

NOT_READ = "Not tagged: none of these photos was read to its end yet"


class Tagging(QObject):
    """Tags of the open project's photos."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        contents: PhotoContents,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation = present, curation
        self.contents, self._messages = contents, messages

    def tags(self) -> Counter[str]:
        """Return all tags with the number of contents that have each."""
        return Counter(tag for tags in self._by_content().values() for tag in tags)

    def tags_of(self, content: str) -> frozenset[str]:
        """Return the tags of one content."""
        return self._by_content().get(content, frozenset())

    def contents_with(self, tag: str) -> set[str]:
        """Return the contents that have a tag."""
        return {content for content, tags in self._by_content().items() if tag in tags}

    def put(self, images: Collection[int], on: Iterable[str] = (), off: Iterable[str] = ()) -> None:
        """Put tags on photos and take others off them, as one judgement."""
        on, off = tuple(on), tuple(off)
        if images and (on or off) and not self._curation.refuses():
            self.contents.ask(images, partial(self._judge, on, off, len(images)))

    def _judge(
        self, on: tuple[str, ...], off: tuple[str, ...], asked: int, found: dict[int, str]
    ) -> None:
        from insight_app.project.judgements import tag, untag

        contents = sorted(set(found.values()))
        if not contents:
            self._messages.say(NOT_READ)
            return
        acts = [tag(content, text) for content in contents for text in on]
        acts += [
            untag(content, text)
            for content in contents
            for text in off
            if text in self.tags_of(content)
        ]
        left = (
            f"; {counted(asked - len(found), 'photo')} not read yet" if len(found) < asked else ""
        )
        which = self.contents.called(tuple(found))
        said = [f"Tagged {which}: {', '.join(on)}"] if on else []
        said += [f"Took off {which}: {', '.join(off)}"] if off else []
        text = f"{'; '.join(said)}{left}"
        self._curation.judge(acts, text, f"Nothing changed: {text}")

    def _by_content(self) -> dict[str, frozenset[str]]:
        project = self._present().project
        return {} if project is None else dict(project.judgements.state.tags)
