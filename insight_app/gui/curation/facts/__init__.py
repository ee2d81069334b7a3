"""Parts that show one concept: title, candidate names, relations, strength, note, history."""
