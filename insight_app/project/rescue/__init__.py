"""Backups of the judgements, and what is left of judgements that were damaged.

`keeping` makes and thins backups, `reading` and `records` read whatever is left of a file,
`collecting` brings all copies together, `restoring` puts the sum in the project's place.
"""
