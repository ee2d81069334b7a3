"""Judging without a window: every act of the log, many at once, undone, told and handed on.

`words` says what can be typed, `finding` what it is about, `drafting` turns it into acts,
`acts_file` reads many from a table, `speaking` opens the project for who judges; one module a
family of commands.
"""
