"""The hierarchy: its order, its model, its view, and what dropping concepts does."""
