"""The window. Qt only: no SQL, no torch."""
