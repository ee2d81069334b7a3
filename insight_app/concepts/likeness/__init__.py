"""How alike concepts are, in looks, words and meaning, and what parts one falls into."""
