"""The lines of a history: what each says, and how it is seen with *Take back* behind one's own."""
