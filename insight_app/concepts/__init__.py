"""The science: encoders, dictionaries, relations, names, statistics. Arrays in, arrays out.

Knows no Qt, no SQL and no files but weights.
"""
