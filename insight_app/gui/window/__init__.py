"""The frame around the panels: docks, workspaces, menus, search, status bar, toast."""
