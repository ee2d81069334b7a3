"""The sentences in which a CLIP reads the name of a class. Knows no photo and no class."""

from collections.abc import Callable, Sequence

from insight_app.concepts.encoders.torchvision_operators import declare_missing


def imagenet_templates() -> Sequence[Callable[[str], str]]:
    """Return open_clip's 80 prompts for class names."""
    declare_missing()
    from open_clip import OPENAI_IMAGENET_TEMPLATES

    templates: Sequence[Callable[[str], str]] = OPENAI_IMAGENET_TEMPLATES
    return templates
