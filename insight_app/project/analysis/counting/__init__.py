"""What is counted over codes: tallies of shards, running counts, edges of the hierarchy."""
