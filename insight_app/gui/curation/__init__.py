"""What the panels for judging share: the tree, lists, cut-outs, names, buttons and their keys."""
