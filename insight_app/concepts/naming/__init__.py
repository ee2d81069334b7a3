"""Names for concepts: vocabulary, candidates and the rules that choose among them."""
