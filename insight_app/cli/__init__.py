"""The command line: the same functions as the window, in the same words.

One module a family of commands; each command imports what it needs when it runs, so that --help
is quick. Exit codes are those of `terminal.Exit`.
"""


def main() -> None:
    """Run the program `insight-app`."""
    from insight_app.cli import program

    program.main()
