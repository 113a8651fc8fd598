"""Who feeds whom: a prim for every group of sources that all feed the same targets.

`twin:source` and `twin:target` are relationships to the components, `twin:sourcePort` and
`twin:targetPort` to the connection points of their assets where these have some. Every source of
a prim feeds every target of it; a pair that is a row of the edges table stands in exactly one prim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twin.present.usd.attributes import DOMAIN, EDGES, FLOW, ROLE
from twin.present.usd.author import Spec, define, relate
from twin.present.usd.feeds import FeedGroup
from twin.present.usd.names import prim_names

SCOPE = "Connections"
"""Name of the scope under the root prim."""

Paths = Mapping[str, Spec]
"""Sdf.Path of a component or hall by its id."""
Ports = Mapping[tuple[str, str], Paths]
"""Sdf.Path of connection points by domain and direction (in or out), then by component."""


def add_connections(
    root: Spec, feeds: Sequence[tuple[str, FeedGroup]], paths: Paths, ports: Ports
) -> None:
    """Author the prims of some feeds, given with their names, under `<root>/Connections`."""
    scope = define(root, SCOPE, "Scope")
    for name, feed in feeds:
        prim = define(scope, name, "Scope")
        DOMAIN.write(prim, feed.domain)
        ROLE.write(prim, feed.role)
        FLOW.write(prim, feed.flow)
        EDGES.write(prim, len(feed.sources) * len(feed.targets))
        _ends(prim, "twin:source", feed.sources, paths, ports, (feed.domain, "out"))
        _ends(prim, "twin:target", feed.targets, paths, ports, (feed.domain, "in"))


def _ends(
    prim: Spec, name: str, ids: Sequence[str], paths: Paths, ports: Ports, way: tuple[str, str]
) -> None:
    relate(prim, name, [paths[one] for one in ids], custom=True)
    points = ports.get(way, {})
    found = [points[one] for one in ids if one in points]
    if found:
        relate(prim, f"{name}Port", found, custom=True)


def connection_names(feeds: Sequence[FeedGroup]) -> list[str]:
    """A legible name a feed: domain, first source, first target."""
    titles = [f"{feed.domain}_{feed.sources[0]}_to_{feed.targets[0]}" for feed in feeds]
    return prim_names(titles)
