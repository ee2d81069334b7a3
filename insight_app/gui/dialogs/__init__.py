"""Dialogs and pages that are not panels."""
