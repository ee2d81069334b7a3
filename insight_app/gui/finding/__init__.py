"""Finding concepts by typing."""
