"""What the panels of the Statistics workspace share: one set of rows, one filter, one export."""
