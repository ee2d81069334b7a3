"""What opens over the main window: the wizard, preferences, shortcuts, About."""
