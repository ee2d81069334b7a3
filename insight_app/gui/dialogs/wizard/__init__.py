"""The parts of the wizard's page: photos, encoder with its weights, dictionary, findings, place.

Each part asks one thing and says `changed`; the page (dialogs/new_project.py) puts them together.
"""
