"""Formats out: a project's curated concepts as JSON, SKOS, CSV and GraphML.

`content` says what there is to write, `collecting` takes it from a project, one module a format
turns it into bytes, `registry` lists the formats and writes the files. Knows no window.
"""
