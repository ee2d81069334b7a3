"""Who owns what in the window: one value, one owner. Imports no window, panel or dialog."""
