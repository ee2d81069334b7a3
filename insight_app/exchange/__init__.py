"""Formats in and out: one module a format, one line each in the registry."""
