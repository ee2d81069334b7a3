"""The project on disk: images, analysis runs, codes, statistics and a person's judgements.

May import `concepts`; knows no Qt and no exchange format.
"""
