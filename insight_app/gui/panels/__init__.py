"""One module a panel; a panel shows the session and asks it for changes."""
