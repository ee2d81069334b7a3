"""Which region of a photo is what: maps of labels, classes, what regions are made of, masks."""
