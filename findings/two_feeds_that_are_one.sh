#!/usr/bin/env bash
# Question  A board has two feeds from the utility, and a hall two from the board, 10 m of cable each. How many must fail before the hall is dark,
#           is any of them a single point of failure, and how far is the hall from the utility?
# Guess     Two; none; 20 m. A graph that takes parallel edges counts them, or the function refuses it.
# Seen      One, both pairs, and 40 m, by three libraries that are each right elsewhere. networkx 3.6.1: edge_connectivity and
#           edge_disjoint_paths of a MultiGraph are 1, while its bridges are none. rustworkx 0.18.1: bridges of a PyGraph with multigraph=True
#           are both pairs, while its minimum cut is 2. SciPy 1.17.1 adds entries of one place when a matrix is made, so
#           that two cables side by side are as long as both in a row. igraph 1.0.0 says 2, none and 20 m.
# Matters   2N that was paid for is reported as N, or a single point of failure as one that is none, by which of two functions of one package
#           was asked; and a doubled cable is the longer way, where a router or a cable schedule asks for the shortest.
# Here      Every feed is a component of its own in twin, and what is left after any one and any two is held to rules by hand on drawn
#           layouts: tests/validation/test_redundancy_of_layouts.py.
source "$(dirname "$0")/run_in.sh"
run_in networkx==3.6.1 rustworkx==0.18.1 igraph==1.0.0 scipy==1.17.1 numpy==2.4.6 <<'PYTHON'
import igraph
import networkx as nx
import numpy as np
import rustworkx as rx
import scipy.sparse
from scipy.sparse.csgraph import shortest_path

UTILITY, BOARD, HALL = range(3)
FEEDS = [(UTILITY, BOARD), (UTILITY, BOARD), (BOARD, HALL), (BOARD, HALL)]
METRES = [10.0] * len(FEEDS)

network = nx.MultiGraph(FEEDS)
rust = rx.PyGraph(multigraph=True)
rust.add_nodes_from(range(3))
rust.add_edges_from([(a, b, 1.0) for a, b in FEEDS])
c_graph = igraph.Graph(FEEDS)
matrix = scipy.sparse.coo_array((METRES, np.transpose(FEEDS)), shape=(3, 3))
seen = {
    "networkx": {
        "feeds to lose": nx.edge_connectivity(network, UTILITY, HALL),
        "of the whole": nx.edge_connectivity(network),
        "paths": len(list(nx.edge_disjoint_paths(network, UTILITY, HALL))),
        "single points": len(list(nx.bridges(network))),
    },
    "rustworkx": {
        "feeds to lose": rx.stoer_wagner_min_cut(rust, lambda weight: weight)[0],
        "single points": len(rx.bridges(rust)),
    },
    "igraph": {
        "feeds to lose": c_graph.edge_connectivity(UTILITY, HALL),
        "single points": len(c_graph.bridges()),
        "metres": c_graph.distances(UTILITY, HALL, weights=METRES)[0][0],
    },
    "SciPy": {"metres": float(shortest_path(matrix, directed=False, indices=UTILITY)[HALL])},
}
for name, said in seen.items():
    print(name, said)
stated = {
    "networkx": {"feeds to lose": 1, "of the whole": 1, "paths": 1, "single points": 0},
    "rustworkx": {"feeds to lose": 2.0, "single points": 2},
    "igraph": {"feeds to lose": 2, "single points": 0, "metres": 20.0},
    "SciPy": {"metres": 40.0},
}
raise SystemExit(seen != stated)
PYTHON
