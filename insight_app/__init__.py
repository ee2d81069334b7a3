"""Insight: see what a vision-language model sees, named, in a hierarchy that an expert corrects.

Four floors, each may look down, never up: gui > exchange > project > concepts.
"""

__version__ = "0.1.0"
