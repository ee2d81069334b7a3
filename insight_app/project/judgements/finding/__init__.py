"""Finding concepts by what a person types: words, filters, and the texts that are looked into."""
