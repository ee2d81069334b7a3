"""Classes learned from concepts: how often right, beside raw features, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Kind
from insight_app.errors import KnownError
from insight_app.exchange.audit_report.blocks import (
    Bar,
    Bars,
    Block,
    Card,
    Cell,
    Facts,
    FiguresTable,
    Heading,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited, moment
from insight_app.figures import counted, figure, percent
from insight_app.project.explaining import labels, store

if TYPE_CHECKING:
    from insight_app.concepts.explain.evaluation import Gap, Share
    from insight_app.project.explaining.classification import Classification

KINDS: Mapping[Kind, str] = {
    "probe": "Learned from examples",
    "zero-shot": "Classes given as words alone",
    "released": "A classifier that somebody else published",
}
_ABOUT: Mapping[Kind, str] = {
    "probe": "A linear classifier learned from the concepts of labelled photos which class a photo "
    "is of. Every photo is judged by what was learned from others.",
    "zero-shot": "Nothing was learned from the photos: a photo is taken for the class whose words "
    "its concepts, put together, are most like. The labels only judge it.",
    "released": "A linear classifier on concepts that was learned elsewhere; which photos it "
    "learned from is not known here. The labels only judge it.",
}
_BESIDE = (
    "Beside it stands the same with the encoder's raw features, which nobody can read: the "
    "difference is the price of being able to say why."
)
MOST_SETS, MOST_CLASSES, MOST_PAIRS, MOST_CONCEPTS = 10, 200, 15, 5


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("classification", "Classes explained by concepts", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    found, failed = _newest(source)
    for why in failed:
        yield Paragraph(why, "warning")
    if not found:
        source.doubts.append("Whether concepts explain what a photo is taken for was not measured.")
        yield Paragraph(
            "No classes were learned: insight-app explain classify PROJECT does it.", "note"
        )
        return
    for one in found:
        said = Paragraph(f"{_ABOUT[one.classifiers[0].kind]} {_BESIDE}")
        yield Card(_called(one), (), (said, *_of_set(source, one)))


def _called(one: Classification) -> str:
    """Return which classification it is: two of them may be judged by the same labels."""
    return f"{KINDS[one.classifiers[0].kind]}, judged by the labels “{one.label_set}”"


def _photos(one: Classification) -> str:
    """Return what its photos are called: none is held back where nothing was learned from any."""
    return "held-back photo" if one.classifiers[0].kind == "probe" else "labelled photo"


def _newest(source: Audited) -> tuple[list[Classification], list[str]]:
    """Return the newest classification of each set of labels, and why others cannot be read."""
    found: dict[tuple[str, str], Classification] = {}
    failed = []
    try:
        files = [path for kind in KINDS for path in store.files(source.project.path, None, kind)]
    except KnownError as error:
        return [], [str(error)]
    for path in files:
        if len(found) >= MOST_SETS:
            break
        try:
            one = store.read(path)
        except KnownError as error:
            failed.append(str(error))
            continue
        found.setdefault((one.classifiers[0].kind, one.label_set), one)
    return list(found.values()), failed


def _of_set(source: Audited, one: Classification) -> Iterator[Block]:
    concepts = one.accuracy(one.concepts)
    judged = counted(concepts.photos, _photos(one))
    of = f"{judged}, {len(one.classes):,} classes of the labels “{one.label_set}”,"
    bars = [_bar("By concepts", concepts)]
    if one.features is not None:
        bars.append(_bar("By raw features", one.accuracy(one.features)))
    yield Bars(f"Accuracy: share of {of} that were taken for what they are. 95 % interval.", bars)
    if why := _stale(source, one):
        source.doubts.append(f"{_called(one)}: out of date. {why}")
        yield Paragraph(f"Out of date: {why}", "warning")
    facts: list[tuple[str, Cell]] = [
        ("Chance", f"{percent(1 / len(one.classes))} if classes were drawn at random"),
        ("Price", _gap(one.gap) if one.gap else f"not known. {one.no_features}"),
    ]
    if one.compact is not None and one.compact.is_enough:
        size = f"{one.compact.concepts.size:,} of {counted(one.classifier.concepts, 'concept')}"
        facts.append(("Compact set", f"{size} keep 90 % of the accuracy"))
    done = "Learned" if one.classifiers[0].kind == "probe" else "Judged"
    facts.append((done, f"{moment(one.made)} on {counted(one.images.size, 'labelled photo')}"))
    yield Facts(facts)
    for note in one.notes:
        yield Paragraph(note, "note")
    yield _by_class(one)
    if pairs := _confusions(one):
        heads = [Heading("Photos of"), Heading("taken for"), Heading("Photos", True)]
        yield FiguresTable(f"What is mistaken most often, of {judged}.", heads, pairs)
    yield _looked_for(source, one)


def _stale(source: Audited, one: Classification) -> str:
    if source.results is None:
        return ""
    try:
        digest = labels.read(source.results, source.state, one.label_set).digest
    except KnownError as error:
        return str(error)
    return store.is_stale(one, store.basis_of(source.results, digest))


def _by_class(one: Classification) -> FiguresTable:
    concepts = one.by_class(one.concepts)
    features = None if one.features is None else one.by_class(one.features)
    order = sorted(range(len(concepts)), key=lambda n: (concepts[n].value, one.classes[n]))
    judged = [n for n in order if concepts[n].photos]
    rows: list[list[Cell]] = []
    for n in judged[:MOST_CLASSES]:
        raw = "not known" if features is None else percent(features[n].value)
        rows.append(
            [
                one.classes[n],
                f"{concepts[n].photos:,}",
                percent(concepts[n].value),
                _interval(concepts[n]),
                raw,
            ]
        )
    heads = [
        Heading("Class"),
        Heading("Photos", True),
        Heading("By concepts", True),
        Heading("95 % interval", True),
        Heading("By raw features", True),
    ]
    more = len(judged) - len(rows)
    note = f"Not shown because they are better than these: {more:,}" if more > 0 else ""
    return FiguresTable(
        f"Class by class, the worst first: share of its {_photos(one)}s that were taken for it.",
        heads,
        rows,
        note,
    )


def _confusions(one: Classification) -> list[list[Cell]]:
    matrix = one.confusion(one.concepts).copy()
    np.fill_diagonal(matrix, 0)
    order = np.argsort(-matrix, axis=None, kind="stable")[:MOST_PAIRS]
    rows: list[list[Cell]] = []
    for place in order:
        row, column = divmod(int(place), matrix.shape[1])
        if matrix[row, column]:
            rows.append([one.classes[row], one.classes[column], f"{int(matrix[row, column]):,}"])
    return rows


def _looked_for(source: Audited, one: Classification) -> FiguresTable:
    """Return the concepts with the largest weights of each class, as they are checked or not."""
    weights = _weights(one)
    rows: list[list[Cell]] = []
    bad: set[int] = set()
    unseen: set[int] = set()
    for n, name in enumerate(one.classes[:MOST_CLASSES]):
        strongest = np.argsort(-weights[n], kind="stable")[:MOST_CONCEPTS]
        for index in (int(k) for k in strongest if weights[n][k] > 0):
            standing = source.standing(index)
            rows.append([name, source.concept(index), figure(float(weights[n][index])), standing])
            bad |= {index} if source.is_bad(index) else set()
            unseen |= {index} if standing == "not reviewed" else set()
    if bad:
        said = counted(len(bad), "concept")
        source.doubts.append(
            f"{_called(one)}: its classes rest on {said} that a person hid or whose name was "
            "rejected."
        )
    if unseen:
        said = counted(len(unseen), "concept")
        source.doubts.append(f"{_called(one)}: its classes rest on {said} that nobody reviewed.")
    folds = "; mean of the folds" if len(one.classifiers) > 1 else ""
    heads = [
        Heading("Class"),
        Heading("Concept"),
        Heading("Weight", True),
        Heading("Checked by a person"),
    ]
    return FiguresTable(
        f"What each class looks for: its {MOST_CONCEPTS} concepts of the largest weight (the "
        f"larger one of the weights for its maximum and its mean{folds}). A name in italics is "
        "the machine's.",
        heads,
        rows,
    )


def _weights(one: Classification) -> NDArray[np.float32]:
    blocks = [
        block for block in (one.classifier.of_maxima, one.classifier.of_means) if block is not None
    ]
    found: NDArray[np.float32] = np.max(np.stack(blocks), axis=0)
    return found


def _bar(title: str, share: Share) -> Bar:
    low, high = share.interval or (None, None)
    said = (
        f"{percent(share.value)}{_interval(share)}, {share.right:,} of {share.photos:,}"
        if share.photos
        else "not known"
    )
    return Bar(title, share.value if share.photos else 0.0, said, low, high)


def _interval(share: Share) -> str:
    if share.interval is None:
        return ""
    low, high = share.interval
    return f" ({percent(low)} to {percent(high)})"


def _gap(gap: Gap) -> str:
    said = f"{gap.points:+.1f} points, concepts minus raw features".replace("-", "−")
    if gap.low is None or gap.high is None:
        return f"{said} (too few photos for an interval)"
    between = f"({gap.low:+.1f} to {gap.high:+.1f})".replace("-", "−")
    return f"{said} {between}, {counted(gap.photos, 'photo')}"


def accuracies(source: Audited) -> Sequence[tuple[str, str]]:
    """Return of each set of labels how often concepts are right, in one line."""
    found = []
    for one in _newest(source)[0]:
        said = f"{_bar('', one.accuracy(one.concepts)).said} {_photos(one)}s"
        price = f"; {_gap(one.gap)}" if one.gap else ""
        found.append(
            (
                f"Accuracy on “{one.label_set}” ({KINDS[one.classifiers[0].kind].casefold()})",
                f"{said}{price}",
            )
        )
    return found
