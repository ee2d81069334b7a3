"""The files and databases of a project: opening, versions, backups, locks.

Knows no table's meaning.
"""
