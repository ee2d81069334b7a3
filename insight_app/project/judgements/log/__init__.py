"""The log of judgements: what an entry may say, how entries build on each other, where they lie."""
