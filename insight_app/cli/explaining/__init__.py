"""`insight-app explain`: what classes, regions and captions are made of, on the command line.

One module a command; each imports what it needs when it runs.
"""
