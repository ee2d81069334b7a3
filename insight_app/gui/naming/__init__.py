"""Naming many concepts at once: find and replace, the normalization file, names with keys."""
