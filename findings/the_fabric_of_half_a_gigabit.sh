#!/usr/bin/env bash
# Question  Two leaves hang on two spines, each by a link of 400 Gbit/s. How much goes from one leaf to the other, with capacities in bits a second?
# Guess     Expected, by hand: 800 Gbit/s, in whatever unit; capacities are whole numbers, as the function asks for.
# Seen      SciPy 1.17.1 `maximum_flow`: 1.136 Gbit/s. Capacities of 64 bits are cut to 32 without a word, so that 400e9 is 0.568e9. With
#           100 Gbit/s it is 2.432, more than with 400; with 50 or 200 nothing flows at all, for what is left is negative. In Mbit/s the answer
#           is 800,000. networkx 3.6.1 and igraph 1.0.0 say 800 Gbit/s in both.
# Matters   A fabric is called cut, or gets slower as its links get faster; with links of 10 Gbit/s, the usual example, it is only 7 times
#           too slow, and of 1 or 2 Gbit/s right.
# Here      twin carries bandwidth as floating-point numbers throughout, and what a lost switch leaves is worked out from
#           switches in service: tests/unit/test_fabric.py.
source "$(dirname "$0")/run_in.sh"
run_in scipy==1.17.1 numpy==2.4.6 networkx==3.6.1 igraph==1.0.0 <<'PYTHON'
import igraph
import networkx as nx
import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import maximum_flow

LEAF, SPINES, OTHER = 0, (1, 2), 3
LINKS = [(LEAF, spine) for spine in SPINES] + [(spine, OTHER) for spine in SPINES]


def flows(each):
    start, end = zip(*LINKS)
    matrix = scipy.sparse.csr_array((np.full(len(LINKS), each, dtype=np.int64), (start, end)), shape=(4, 4))
    network = nx.DiGraph()
    network.add_edges_from(LINKS, capacity=each)
    third = igraph.Graph(n=4, edges=LINKS, directed=True).maxflow_value(LEAF, OTHER, [each] * len(LINKS))
    return int(maximum_flow(matrix, LEAF, OTHER).flow_value), nx.maximum_flow_value(network, LEAF, OTHER), round(third)


seen = {}
for gbit in (1, 10, 50, 100, 200, 400):
    seen[gbit], network, third = flows(gbit * 10**9)
    assert network == third == 2 * gbit * 10**9
    print(f"two links of {gbit} Gbit/s: SciPy {seen[gbit] / 1e9:.3f} Gbit/s, networkx and igraph {network / 1e9:.0f}")
print(f"400 Gbit/s in Mbit/s: {flows(400_000)}")
cut = {1: 2_000_000_000, 10: 2_820_130_816, 50: 0, 100: 2_431_504_384, 200: 0, 400: 1_136_082_944}
raise SystemExit(not (seen == cut and flows(400_000) == (800_000,) * 3))
PYTHON
