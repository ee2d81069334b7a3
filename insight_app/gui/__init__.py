"""The window: Qt only. No SQL, no torch, no scipy; what it shows it asks of project and worker.

app.py starts it and session.py is the one state that all panels share. window/ is the frame around
the panels, panels/ what is docked into it, dialogs/ what opens over it; photo/, curation/ and
statistics/ hold what the panels of one workspace share.
"""
