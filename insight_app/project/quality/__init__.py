"""Quality reports of a project: measured by the worker or a command, kept as files, read anywhere.

`report` (what one holds), `store` (where they are kept, and whether one is out of date) import no
torch: a window reads them. `measuring` makes one.
"""
