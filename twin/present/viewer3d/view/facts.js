/* What is said of the component that is picked: facts, its time line, what it takes down. */
const LOOKS = ["north", "east", "south", "west"];
const MOST_EVENTS = 12;
const MOST_FEEDS = 4;

const factsOf = (data, values, feeds, notes) => {
  const name = (n) => data.id[n];
  const kind = (n) => data.kinds[data.kind[n]];
  const broken = (n, now_s) =>
    data.broken.some(([who, from, to]) => who === n && from <= now_s && now_s < to);

  function* place(n) {
    yield ["what", `${data.kind_words[data.kind[n]]} ${data.types[data.type[n]]}`.trim()];
    if (data.parent[n] >= 0) yield ["in", name(data.parent[n])];
    else if (data.hall[n]) yield ["in", data.hall[n]];
    yield ["at", `${data.x[n].toFixed(2)} m east, ${data.y[n].toFixed(2)} m north`];
    yield [kind(n) === "crah" ? "blows" : "front", LOOKS[data.front[n]]];
    if (data.rating[n] > 0) yield ["rating", watts(data.rating[n])];
    if (data.gpus[n] > 0) yield ["GPUs", whole(data.gpus[n])];
    for (const [who, day, decision, state, words] of notes.of(n)) {
      const still = state === "current" ? "" : `, ${state}`;
      yield ["note", `${who}, ${day}, ${decision}${still}${words ? `: ${words}` : ""}`];
    }
  }
  function* measured(n, step) {
    for (const quantity of data.quantities) {
      const v = values.value(quantity, n, step);
      if (v !== null) yield [quantity.label, written(quantity, v)];
    }
  }
  function* connected(n, now_s) {
    for (const [need, of] of feeds[n])
      yield [need, of.slice(0, MOST_FEEDS).map(name).join(", ") + more(of, MOST_FEEDS)];
    yield ["state", broken(n, now_s) ? "out of order" : "in order"];
    if (data.points[name(n)]) yield ["single point", data.points[name(n)]];
    const mine = data.events.filter(([, who]) => who === n);
    const told = mine.slice(0, MOST_EVENTS).map(([t, , what]) => `${clock(t)} ${what}`).join("; ");
    if (mine.length) yield ["events", told + more(mine, MOST_EVENTS)];
  }
  const list = (n, step) => {
    const held = $("v-facts");
    held.replaceChildren();
    $("v-name").textContent = n < 0 ? "Pick a component" : name(n);
    $("v-fail").disabled = n < 0;
    if (n < 0) return;
    const rows = [...place(n), ...measured(n, step), ...connected(n, data.time_s[step])];
    for (const [what, words] of rows) {
      const term = document.createElement("dt");
      const said = document.createElement("dd");
      term.textContent = what;
      said.textContent = words;
      held.append(term, said);
    }
  };
  /* What its failure takes down, in a sentence. */
  const tell = (n, effect) => {
    if (!effect) { $("v-effect").textContent = ""; return; }
    const racks = [...effect.lost].filter((one) => kind(one) === "rack");
    const gpus = racks.reduce((sum, one) => sum + data.gpus[one], 0);
    const others = effect.lost.size - racks.length - (kind(n) === "rack" ? 0 : 1);
    const rest = counted(others, "other component");
    const beside = `no rack is without a feed, ${rest} ${others === 1 ? "is" : "are"}`;
    const noRack = others ? beside : "nothing is without a feed";
    const dark = racks.length
      ? `${counted(racks.length, "rack")} with ${counted(gpus, "GPU")} ` +
        `${racks.length === 1 ? "has" : "have"} no feed left${others ? `, ${rest} too` : ""}`
      : noRack;
    const less = effect.less.size;
    const fewer = `${counted(less, "component")} ${less === 1 ? "has" : "have"} one feed less`;
    $("v-effect").textContent = `Without ${name(n)}: ${dark}${less ? `; ${fewer}` : ""}. By ` +
      "connections alone: ratings and limits are judged in the chapter Redundancy.";
  };
  return { list, tell };
};
