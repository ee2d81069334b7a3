"""Explaining a project's photos: classes, regions and captions, and what they are made of.

Results lie in the project's folder `explain/`, with what they were computed from.
"""
