"""What persons merged, grouped or split, counted over the photos as the dictionary's concepts are.

Numbers are those of the union, never sums of those of the pieces. What postings tell needs no
counting; what only the codes tell is counted by the worker and kept in the project's folder
`composites`. Numpy and file reads only, no torch; knows compositions, not who made them.
"""
