"""What can be docked into the main window; one module a panel, listed in gui/window/workspaces.py.

A panel knows the session and nothing of other panels.
"""
