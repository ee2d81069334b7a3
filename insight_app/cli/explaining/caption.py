"""`insight-app explain caption`: a photo in words, and what each phrase rests on."""

from collections.abc import Callable, Iterator, Mapping
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.explaining import opening
from insight_app.cli.explaining.opening import OpenedConcepts
from insight_app.cli.explaining.photo import record_of
from insight_app.figures import figure, percent

if TYPE_CHECKING:
    from insight_app.concepts.explain.captioning.sentence import Phrase

NAMED = 5
"""Concepts that a phrase names."""
MOST_NATS = 700.0
"""The largest that can be told as a factor."""


def caption(
    project: ProjectPath,
    image: Annotated[
        str,
        typer.Argument(
            metavar="IMAGE",
            help="A photo of the project: its path, or the last parts of it, as far as the file's "
            "whole name.",
        ),
    ],
    off: Annotated[
        list[str] | None,
        typer.Option(metavar="CONCEPTS", help="Switch concepts off: numbers or names, as 412,7."),
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(metavar="CONCEPT=FACTOR", help="Scale a concept by 0 to 2, as 412=0.5."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Have a captioner write it: ClipCap's weights, GPT-2's and vocab.json.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a caption from the concepts of a photo, with what each phrase rests on.

    A sentence of a fixed form: the concepts that the photo stands for most, what they are under,
    and where they are. With --model a captioner, which must have been trained on this encoder,
    writes it on what the concepts stand for. With --off and --scale it is said what becomes of it.
    """
    with opening.concepts_of(project) as named:
        record = record_of(named.results, image)
        factors = opening.factors(named, off or [], scale or [])
        if model is None:
            told = captioned(named, record.id, factors)
        else:
            with terminal.cancellable("Nothing was changed.") as cancel:
                told = _by_model(named, model, record.id, factors, cancel.check)
    if as_json:
        terminal.print_json({"photo": str(record.path)} | told)
        return
    for line in (table if model is None else model_table)(told):
        terminal.say(line)


def captioned(opened: OpenedConcepts, image: int, factors: Mapping[int, float]) -> dict[str, Any]:
    """Return the caption of a photo as JSON has it; with factors, as it was before too."""
    from insight_app.concepts.hsae import directions
    from insight_app.project.explaining import captioning
    from insight_app.project.folder import DICTIONARY

    results = opened.results
    dictionary = results.project / DICTIONARY
    geometry = results.image(image).geometry
    photo = results.codes(image), (geometry.rows, geometry.cols)
    weights = directions.read(dictionary), directions.read_offset(dictionary)
    found = captioning.caption(opened.catalogue, *photo, *weights, factors)
    told: dict[str, Any] = {
        "caption": found.text,
        "phrases": [_phrase(opened, one) for one in found.phrases],
        "untold": found.untold,
        "factors": [
            opened.told(concept) | {"factor": factor} for concept, factor in factors.items()
        ],
    }
    if factors:
        told["before"] = captioning.caption(opened.catalogue, *photo, *weights).text
    return told


def _phrase(opened: OpenedConcepts, one: "Phrase") -> dict[str, Any]:
    thing = one.thing
    return {
        "text": one.text,
        "share": thing.share,
        "name": thing.name,
        "under": thing.above,
        "place": thing.place,
        "concepts": [opened.told(concept) for concept in thing.concepts],
    }


def _by_model(
    opened: OpenedConcepts,
    folder: Path,
    image: int,
    factors: Mapping[int, float],
    check: Callable[[], None],
) -> dict[str, Any]:
    """Return what a captioner writes of a photo as JSON has it; with factors, before too."""
    from insight_app.concepts.explain.captioning import captioner
    from insight_app.concepts.hsae import directions
    from insight_app.project.explaining.model_caption import model_caption
    from insight_app.project.folder import DICTIONARY

    results = opened.results
    dictionary = results.project / DICTIONARY
    weights = directions.read(dictionary), directions.read_offset(dictionary)
    writer = captioner.read(folder, weights[1].size)
    geometry = results.image(image).geometry
    photo = results.codes(image), (geometry.rows, geometry.cols)
    found = model_caption(writer, *photo, *weights, factors, check)
    told: dict[str, Any] = {
        "caption": found.text,
        "phrases": [
            {
                "text": phrase.text,
                "evidence": [
                    opened.told(one.concept)
                    | {
                        "under": _under(opened, one.concept),
                        "place": one.place,
                        "nats": one.nats,
                    }
                    for one in phrase.evidence
                ],
            }
            for phrase in found.phrases
        ],
        "tried": found.tried,
        "model": str(folder),
        "factors": [
            opened.told(concept) | {"factor": factor} for concept, factor in factors.items()
        ],
    }
    if factors:
        told["before"] = model_caption(writer, *photo, *weights, None, check).text
    return told


def _under(opened: OpenedConcepts, concept: int) -> str:
    """Return what a concept counts under, '' for nothing."""
    parents = opened.catalogue.parents(opened.catalogue.holder(concept))
    names = [opened.catalogue.names[edge.parent] for edge in parents]
    return next((name for name in names if name), "")


def model_table(told: dict[str, Any]) -> Iterator[str]:
    """Yield a captioner's caption as lines: the text, then each phrase with its evidence."""
    yield from _steered(told)
    yield told["caption"] or "The captioner writes nothing."
    yield from _before(told)
    yield ""
    yield (
        f"How many times likelier a phrase is than with the concept off; {told['tried']:,} tried, "
        "one at a time"
    )
    for phrase in told["phrases"]:
        yield f"  {phrase['text']}"
        for one in phrase["evidence"]:
            under = one["under"] and f" (under {one['under']})"
            times = figure(exp(min(one["nats"], MOST_NATS)))
            yield f"    ×{times}  {opening.shown(one)}{under} {one['place']}"
        if not phrase["evidence"]:
            yield "    no concept makes it likelier"


def _steered(told: dict[str, Any]) -> Iterator[str]:
    for one in told["factors"]:
        factor = one["factor"]
        yield f"With {opening.shown(one)} {'off' if not factor else '×' + figure(factor)}:"


def _before(told: dict[str, Any]) -> Iterator[str]:
    if "before" in told:
        same = told["before"] == told["caption"]
        yield "As before." if same else f"Before: {told['before']}"


def table(told: dict[str, Any]) -> Iterator[str]:
    """Yield a caption as lines: the sentence, then each phrase with what it rests on."""
    yield from _steered(told)
    yield told["caption"] or "Nothing can be told: no concept of this photo has a name."
    yield from _before(told)
    yield ""
    yield "Shares of what the photo stands for, and the concepts that make them"
    for one in told["phrases"]:
        names = [opening.shown(each) for each in one["concepts"]]
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        yield f"  {percent(one['share'])}  {one['text']}: {', '.join(names[:NAMED])}{more}"
    yield f"  {percent(told['untold'])}  concepts without a name, rejected or hidden: not told"
