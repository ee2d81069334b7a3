"""Names that mean harm: HTML that loads a picture, marks of menus, and what commands a terminal."""

MARK = "&xH4rm"
"""What every one of them begins with."""
ACTING = "\x1b]8;;http://x\x07\x1b[2J\x9b1m\u202egnp.\u2066exe\r\nsecond\tline\u2028"


def hostile(of: str, picture: str = "decoy.png") -> str:
    """A name of something; it would load `picture` where it is shown as HTML."""
    return f"{MARK}<img src='{picture}'>&lt; &amp; <b>{of}</b>[red][*]{ACTING}"


def hostile_file(of: str) -> str:
    """The same as the name of a file."""
    return hostile(of).replace("/", "|")
