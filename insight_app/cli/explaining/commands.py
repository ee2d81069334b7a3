"""Which commands `insight-app explain` has, in the order of its help."""

import typer

from insight_app.cli.explaining import caption, classify, cues, photo, segment, whatif

app = typer.Typer(
    name="explain",
    help="What the model's decisions are made of: classes from concepts, and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(classify.classify)
app.command()(photo.photo)
app.command()(segment.segment)
app.command()(whatif.whatif)
app.command()(cues.cues)
app.command()(caption.caption)
