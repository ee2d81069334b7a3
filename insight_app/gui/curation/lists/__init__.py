"""Lists of concepts: how a row looks, the model of rows, a list to choose one or several from."""
