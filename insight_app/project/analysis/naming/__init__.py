"""The machine's names in a project: what came with the dictionary, and what photos make of it."""
