"""The machine's results on the disk, and the snapshot of them that everybody reads."""
