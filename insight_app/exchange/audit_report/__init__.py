"""The report of an audit: one HTML file for people who have never seen Insight, to be signed.

`gathering.gather` takes it from a project, `html.page` writes it, `signing` signs and checks it.
"""
