"""Rules for names: replacing, normalizing by a file, completing what is typed, frequent ones.

Texts in, texts out; window and command line use the same functions. Knows no log.
"""
