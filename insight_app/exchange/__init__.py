"""Formats out: a project's curated concepts as JSON, SKOS, CSV, GraphML and released files.

`content` says what there is to write, `collecting` takes it from a project, one module a format
turns it into bytes or writes a folder, `registry` lists the formats and writes the files. Knows no
window.
"""
