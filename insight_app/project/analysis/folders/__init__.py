"""The folders of a project: scanned, recognized elsewhere, taken out, put back, pointed to."""
