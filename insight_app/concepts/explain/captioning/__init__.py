"""Captions of a photo: written from its concepts, or by a captioner on what they stand for.

Each phrase comes with its evidence. Arrays and files of weights only; knows no project.
"""
