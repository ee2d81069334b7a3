"""What concepts are to each other: relations, merges, and what a concept is made of.

Rows, ids and arrays only; knows no files, no names and no texts.
"""
