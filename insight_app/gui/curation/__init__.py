"""What the panels for judging share: the tree, lists, facts, cut-outs, names, and their keys."""
