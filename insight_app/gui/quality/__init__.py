"""The quality report as it is shown: figures on their axes, and the words about each."""
