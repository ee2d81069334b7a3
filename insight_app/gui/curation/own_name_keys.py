"""The keys that give a name of one's own: one action each, and a row of buttons in the card.

Which names there are is the session's; knows no particular panel.
"""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import selected
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import KeyButton
from insight_app.gui.wording import command_text
from insight_app.gui.wrap_row import WrapRow
from insight_app.project.judgements.names.frequent import PLACES, place_of

CONTEXT = "Your names"
"""Heads these keys on the page of keys."""
GIVE_KEY = "concept.give_key"
TITLE = "Your names"
CHOOSE, NO_NAME = "Select a concept first", "No name has this key yet: Alt+0 gives it one"
LAID_OUT = "Not named: a merge or a group is laid out, of which this is no part. Esc leaves it"


def own_name(place: int) -> str:
    """Return the action that gives the name of a place."""
    return f"concept.own_name_{place}"


def own_name_keys(session: Session) -> "OwnNameKeys":
    """Return the one OwnNameKeys of a session's window, made at the first question."""
    found = session.findChild(OwnNameKeys)
    return found if found is not None else OwnNameKeys(session)


class OwnNameKeys(QObject):
    """Alt+1 to Alt+9, and Alt+0, which gives the selected concept's name one of them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        add = session.actions.add
        for place in range(1, PLACES + 1):
            add(own_name(place), f"Your name {place}", f"Alt+{place}",
                partial(session.own_names.give, place), context=CONTEXT)  # fmt: skip
        add(GIVE_KEY, "Give this name a &key", "Alt+0", self.give_key, context=CONTEXT,
            icon="key", tip="The selected concept's name gets a key: Alt+1 and so on")  # fmt: skip
        session.own_names.changed.connect(self._follow)
        for signal in (
            session.projects.opened,
            session.projects.results_changed,
            session.selection.changed,
            session.staging.changed,
        ):
            signal.connect(self._enable)
        self._follow()

    def give_key(self) -> None:
        """Give the selected concept's name the first free key, or say why not."""
        concept, own = selected(self.session), self.session.own_names
        if concept is None:
            return
        name, say = concept.state.exact_name(concept.row), self.session.messages.say
        had = place_of(own.names, name)
        place = had or own.place_for(name)
        if place is None:
            say("All nine keys are taken: Preferences changes them")
        else:
            keys = self.session.actions.entry(own_name(place)).shown_keys()
            say(f"{shown_name(name)} {'has the key' if had else 'has a key now:'} {keys}")

    def _follow(self) -> None:
        for place, name in enumerate(self.session.own_names.names, 1):
            text = f"Name it: {command_text(shown_name(name))}" if name else f"Your name {place}"
            self.session.actions[own_name(place)].setText(text)
        self._enable()

    def _enable(self) -> None:
        set_enabled = self.session.actions.set_enabled
        has_any, is_free = bool(self.session.selection.rows), self.session.staging.stage is None
        why_not = CHOOSE if is_free else LAID_OUT
        for place, name in enumerate(self.session.own_names.names, 1):
            can = bool(name) and has_any and is_free
            set_enabled(own_name(place), can, why_not if name else NO_NAME)
        set_enabled(GIVE_KEY, has_any, CHOOSE)


class OwnNameRow(QWidget):
    """A button for each name that has a key; section: their heading, not seen without any."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        own_name_keys(session)
        self.session = session
        row = WrapRow(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        self.buttons = [
            KeyButton(session.actions, own_name(place), parent=self)
            for place in range(1, PLACES + 1)
        ]
        for button in self.buttons:
            row.addWidget(button)
        self.section = Section(TITLE, self, parent)
        session.own_names.changed.connect(self._follow)
        self._fill()
        if not any(session.own_names.names):
            self.section.hide()  # else it is left: what is shown before its time has no margins

    def _follow(self) -> None:
        self._fill()
        self.section.setVisible(any(self.session.own_names.names))

    def _fill(self) -> None:
        names = self.session.own_names.names
        for button, name in zip(self.buttons, names, strict=True):
            button.set_label(shown_name(name))
            button.setVisible(bool(name))
        self.updateGeometry()
