/* What fails with a component: by connections alone. */
const feedsOf = (data) => {
  const count = data.id.length;
  const feeds = Array.from({ length: count }, () => new Map());
  for (const [system, sources, targets] of data.edges) {
    const [from, to] = system === "fabric" ? [targets, sources] : [sources, targets];
    for (const b of to) for (const a of from) {
      const by = data.kind_words[data.kind[a]];
      const need = system === "cooling" ? `cooling by ${by}` : system;
      if (!feeds[b].has(need)) feeds[b].set(need, []);
      feeds[b].get(need).push(a);
    }
  }
  const needs = (n) => [...feeds[n].values()];
  const starves = (lost, n) => needs(n).some((of) => of.every((a) => lost.has(a)));
  /* Those that have no feed left, and those that have one less. */
  const failure = (start) => {
    const lost = new Set([start]);
    for (let again = true; again;) {
      again = false;
      for (let n = 0; n < count; n++) {
        if (lost.has(n)) continue;
        if (lost.has(data.parent[n]) || starves(lost, n)) { lost.add(n); again = true; }
      }
    }
    const less = new Set();
    for (let n = 0; n < count; n++)
      if (!lost.has(n) && needs(n).some((of) => of.some((a) => lost.has(a)))) less.add(n);
    return { lost, less };
  };
  return { feeds, failure };
};
