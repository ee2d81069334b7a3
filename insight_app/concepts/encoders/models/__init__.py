"""Models and their weights: which there are, which a person has, and how they get more.

`open_clip_models` says what can be used, `library` keeps a person's files, `fetching` is the only
thing that goes to the network, when asked.
"""
