"""The table of relations: its rows, its model, its view."""
