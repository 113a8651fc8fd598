"""Fault trees of any shape: exact probability and the number of minimal cut sets.

`graph` holds the tree, `modules` finds its independent parts, `order` orders their variables,
`intervals` bounds what memory does not hold, `solve` does all of it in turn, on the decision
diagrams and cut sets that the facility's graph is solved with too.
"""
