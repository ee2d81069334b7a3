"""Widgets of the workspace Explain: bars that sum to a score, classes with their accuracy."""
