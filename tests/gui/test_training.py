"""Training a dictionary of one's own, as it is asked for and as it is followed."""

from PySide6.QtCore import Qt

from insight_app.concepts.hsae.proposal import FEW_PHOTOS, propose
from insight_app.gui.dialogs.wizard.training import TrainingFields
from insight_app.gui.window.learning_curve import LearningCurve


def test_the_size_follows_the_photos_until_a_person_chooses_one(qtbot) -> None:
    fields = TrainingFields()
    qtbot.addWidget(fields)
    fields.show()
    for photos in (FEW_PHOTOS - 1, 600):
        fields.set_photos(photos)
        assert (fields.concepts.value(), fields.k.value()) == (
            propose(photos).concepts,
            propose(photos).k,
        )
        assert propose(photos).reason in fields.reason.text()
        assert fields.warning.isVisible() == (photos < FEW_PHOTOS)
    assert fields.sizes() == (None, None), "what is proposed is proposed again with the photos"
    with qtbot.waitSignal(fields.changed):
        fields.concepts.setFocus()
        fields.concepts.selectAll()
        qtbot.keyClicks(fields.concepts, "300")
        qtbot.keyClick(fields.concepts, Qt.Key.Key_Return)
    fields.set_photos(50_000)
    assert fields.sizes() == (300, None) and fields.k.value() == propose(50_000).k


def test_the_curve_rises_to_the_right_and_says_its_figures(qtbot) -> None:
    shown = LearningCurve()
    qtbot.addWidget(shown)
    shown.resize(300, 80)
    shown.show_curve(((40, 0.25), (80, 0.5), (120, 0.625)))
    places = [shown.place_of(number) for number in range(3)]
    assert places[0].x() < places[1].x() < places[2].x()
    assert places[0].y() > places[1].y() > places[2].y(), "more explained is higher"
    assert shown.text_of(2) == "62.5 % after 120 steps" == shown.accessibleDescription()
    shown.show_curve(((40, -3.0),))
    assert 0 <= shown.place_of(0).y() <= shown.height(), "worse than the mean is still drawn"
