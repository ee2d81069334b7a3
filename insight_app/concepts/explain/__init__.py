"""What a score is made of: concepts as features of a classifier, of a region, of a caption.

Arrays in, arrays out, each small enough to check by hand. Knows no project and no file.
"""
