"""From photos to sparse codes: which are pending, in batches, overlapping, surviving crashes."""
