"""Which failures take which loads down, how often and for how long.

    node           one node as its author states it
    node_checks    what a graph is refused for
    gates          the dependency graph as arrays
    logic          every gate is a threshold; evaluation of 64 states in one word
    low_order      failures of one and two components that take each node down
    contingency    every single and double failure, and what it takes down
    diagram        binary decision diagrams
    cut_sets       minimal cut sets of a diagram, counted or listed (zero-suppressed diagram)
    bdd            the facility's diagram: exact unavailability, frequency and importances
    fault_tree     trees of any shape: modules, negation, counts of cut sets, bounds
    markov         groups that share crews, causes or standby, as one component
    service        the share of its demand that a load keeps after failures
    cycles         regenerative cycles, plain and with balanced failure biasing
    years          facility-years, for large systems
    monte_carlo    which of the two to believe, and the interval of its estimate

A *component* is a node with a failure rate; it is up or down, independently of the others. A node
is up when its own component is up and its rule holds for its inputs. The top event, everywhere, is
"at least one load is not served".
"""
