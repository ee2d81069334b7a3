"""Merging, grouping and splitting concepts: what is laid out before it is done, and its undoing."""
