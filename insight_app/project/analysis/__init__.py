"""Making the machine's results: scanning, coding, counting, naming, publishing.

`run.analyze` is the door. One process writes, in commits that a killed one leaves whole; what reads
the results (`project.results`) imports nothing from here.
"""
