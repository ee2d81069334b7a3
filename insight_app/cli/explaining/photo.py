"""`insight-app explain photo`: what a photo's score for a class is made of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.explaining import opening
from insight_app.cli.explaining.opening import Against, ClassName, LabelSet, Opened, signed
from insight_app.errors import Refusal
from insight_app.figures import counted, figure, percent
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.concepts.explain.faithfulness import Faithfulness
    from insight_app.concepts.explain.rollup import Row
    from insight_app.project.results.records import ImageRecord
    from insight_app.project.results.snapshot import Results

SHOWN = 12
ALIKE = 5
CLASSES = 5


def photo(
    project: ProjectPath,
    image: Annotated[
        str,
        typer.Argument(
            metavar="IMAGE",
            help="A photo of the project: its path, or the last parts of it, as far as the file's "
            "whole name.",
        ),
    ],
    class_name: ClassName = None,
    against: Against = None,
    labels: LabelSet = "folders",
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, help="Rows of the first level; --json has all.")
    ] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Explain why a photo is taken for a class: what each concept gives to the score.

    The contributions sum to the score. They are rolled up along the hierarchy as it was judged,
    each concept counted once. The photo is judged by what was learned without it.
    """
    with opening.opened(project, labels) as opened:
        record = record_of(opened.results, image)
        told = explained(opened, record, class_name, against)
    if as_json:
        terminal.print_json(told)
        return
    for line in table(told, limit):
        terminal.say(line)


def record_of(results: "Results", text: str) -> "ImageRecord":
    from insight_app.project.results.by_path import images_at, no_photo

    found = images_at(results, text.strip())
    if not found:
        raise no_photo(results, text)
    if len({one.content_hash for one in found}) > 1:
        shown = ", ".join(visible(str(one.path)) for one in found[:ALIKE])
        raise Refusal(f"{len(found)} photos are called {visible(text)}.", do=f"Say which: {shown}")
    if found[0].status != "coded":
        raise Refusal(f"{visible(text)} was not analyzed, so it has no concepts.")
    return found[0]


def explained(
    opened: Opened, record: "ImageRecord", class_name: str | None, against: str | None
) -> dict[str, Any]:
    """Return why a photo is taken for a class, as JSON has it."""
    import numpy as np

    from insight_app.concepts.explain import contributions, faithfulness
    from insight_app.concepts.explain.alike import most_alike
    from insight_app.project.explaining.rolled import rolled
    from insight_app.project.explaining.whatif import decided

    found = opened.found
    judge = found.classifier_of(record.id)
    codes = opened.results.codes(record.id)
    values = contributions.photo_values(codes)
    explanation = contributions.explain(judge, values)
    scores = explanation.scores
    decision = int(scores.argmax())
    wanted = decision if class_name is None else opening.class_named(found, class_name)
    other = None if against is None else opening.class_named(found, against)
    if other == wanted:
        raise Refusal("A class cannot be told from itself.", do="Choose another one for --against.")
    direction = contributions.toward(len(found.classes), wanted, other)
    given = explanation.of(direction)
    row = found.row_of(record.id)
    rows = rolled(opened.catalogue, explanation.concepts, given)
    start = decided(opened.results, found)
    place = start.rows_of([record.id])
    alike = most_alike(
        judge, values, direction, start.scored.values, ALIKE, int(place[0]) if place.size else None
    )
    curves = faithfulness.deletion(judge, values, direction)
    order = np.argsort(-np.abs(given), kind="stable")
    is_held_back = row is not None and found.fold[row] >= 0
    ranked = np.argsort(-scores, kind="stable").tolist()
    return {
        "photo": str(record.path),
        "class": found.classes[wanted],
        "against": None if other is None else found.classes[other],
        "label": None if row is None else found.classes[int(found.labels[row])],
        "decision": found.classes[decision],
        "is_held_back": bool(is_held_back),
        "kind": judge.kind,
        "score": float(scores @ direction),
        "bias": float(explanation.bias @ direction),
        "scores": [{"class": found.classes[n], "score": float(scores[n])} for n in ranked],
        "concepts": [
            opened.told(int(explanation.concepts[n]))
            | {
                "contribution": float(given[n]),
                "maximum": float(values.maxima[n]),
                "mean": float(values.means[n]),
            }
            for n in order.tolist()
        ],
        "rows": [_row(opened, one) for one in rows],
        "unexplained": float(opened.results.unexplained(record.id).mean()),
        "alike": [
            {
                "photo": str(opened.results.image(int(start.images[one.row])).path),
                "likeness": one.likeness,
                "shared": [
                    {"called": opened.called(concept), "part": part}
                    for concept, part in zip(one.concepts.tolist(), one.parts.tolist(), strict=True)
                ],
            }
            for one in alike
        ],
        "deletion": _curves(faithfulness.together([curves])),
        "insertion": _curves(faithfulness.together([curves.insertion])),
    }


def _row(opened: Opened, row: "Row") -> dict[str, Any]:
    return opened.told(row.concept) | {
        "shown": opened.called(row.concept),
        "total": row.total,
        "own": row.own,
        "counted": row.counted,
        "merged": [opened.called(one) for one in row.members],
        "also_under": [opened.called(one) for one in row.also_under],
        "below": [_row(opened, one) for one in row.below],
    }


def _curves(found: "Faithfulness | None") -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "area": found.area,
        "area_random": found.area_random,
        "area_random_interval": found.area_random_interval,
        "area_reverse": found.area_reverse,
        "share": found.share.tolist(),
        "by_contribution": found.by_contribution.tolist(),
        "random": found.random.tolist(),
    }


def table(told: dict[str, Any], limit: int) -> Iterator[str]:
    """Yield an explanation as lines: the decision, the rows that sum to the score, the checks."""
    label = f"; labelled {told['label']}" if told["label"] else ""
    yield f"{visible(told['photo'])}: taken for {told['decision']}{label}"
    yield _how(told)
    yield ""
    against = f" and not {told['against']}" if told["against"] else ""
    what = "lead" if told["against"] else "score"
    concepts = counted(len(told["concepts"]), "concept")
    yield f"Why {told['class']}{against}: {what} {signed(told['score'])}, of {concepts}"
    if told["bias"]:
        yield f"  {signed(told['bias']):>7}  bias, the same for every photo"
    rows = [one for one in told["rows"] if _says(one)]
    yield from _lines(rows[:limit], 0)
    if len(rows) > limit:
        rest = sum(one["total"] for one in rows[limit:])
        number = sum(one["counted"] for one in rows[limit:])
        yield f"  {signed(rest):>7}  others ({counted(number, 'concept')})"
    silent = sum(one["counted"] for one in told["rows"] if not _says(one))
    if silent:
        yield f"  {signed(0.0):>7}  {counted(silent, 'concept')} without any weight"
    yield f"  {signed(told['score']):>7}  together: the {what}"
    yield f"  Not explained by concepts: {percent(told['unexplained'])} of what the encoder saw."
    yield ""
    others = ", ".join(f"{one['class']} {signed(one['score'])}" for one in told["scores"][:CLASSES])
    yield f"Scores: {others}"
    for name in ("deletion", "insertion"):
        if (found := told[name]) is not None:
            low, high = found["area_random_interval"]
            spread = "" if low is None else f" ({figure(low)} to {figure(high)})"
            yield (
                f"{name.capitalize()}: area {figure(found['area'])}, in random order "
                f"{figure(found['area_random'])}{spread}"
            )
    if told["alike"]:
        yield "Most alike in what mattered:"
    for one in told["alike"]:
        shared = ", ".join(part["called"] for part in one["shared"][:3])
        yield f"  {figure(one['likeness'])}  {visible(one['photo'])}: {shared}"


def _how(told: dict[str, Any]) -> str:
    if told["kind"] != "probe":
        return "  By typed classes: nothing was learned from this project's photos."
    if told["is_held_back"]:
        return "  Judged by what was learned without this photo."
    if told["label"]:
        return "  Judged by what was learned from all photos, this one among them."
    return "  It has no label: judged by the mean of what was learned."


def _says(row: dict[str, Any]) -> bool:
    """Return whether anything in a row gives something, be it that it cancels out."""
    return bool(row["own"]) or any(map(_says, row["below"]))


def _lines(rows: Sequence[dict[str, Any]], depth: int) -> Iterator[str]:
    for one in filter(_says, rows):
        number = f" ({counted(one['counted'], 'concept')})" if one["below"] else ""
        merged = f", with {', '.join(one['merged'])}" if one["merged"] else ""
        also = f"; also under {', '.join(one['also_under'])}" if one["also_under"] else ""
        indent = "  " * depth
        yield f"  {signed(one['total']):>7}  {indent}{one['shown']}{number}{merged}{also}"
        yield from _lines(one["below"], depth + 1)
