"""Fault trees of any shape: exact probability and the number of minimal cut sets.

`graph` holds the tree, `modules` finds its independent parts, `diagram` decides each part,
`cut_sets` counts, `intervals` bounds what memory does not hold, `solve` does all of it in turn.
"""
