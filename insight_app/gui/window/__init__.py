"""The frame around the panels: docks, workspaces, menus, messages, status bar."""
