"""The window: Qt only. No SQL, no torch, no scipy; what it shows it asks of project and worker.

app.py starts it, main_window.py is the frame, session.py the one state all panels share,
panels/ what is docked into the frame, dialogs/ what opens over it.
"""
