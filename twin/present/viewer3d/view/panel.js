/* Everything below and beside the view that one can press, choose or drag. */
const panelOf = (data, view, notes) => {
  const count = data.id.length;
  const index = new Map(data.id.map((id, n) => [id, n]));
  const off = new Set();
  let which = "all";
  let playing = 0;

  const on = (id, event, act) => $(id).addEventListener(event, act);
  const reveal = () => {
    const found = view.reveal((n) =>
      !off.has(data.systems[data.system[n]]) && notes.wanted(n, which));
    $("v-shown").textContent = `${whole(found)} of ${whole(count)} shown`;
  };
  const go = (to) => { $("v-slider").value = String(to); view.go(to); };

  const quantities = () => {
    data.quantities.forEach((one, k) => option($("v-quantity"), one.label, String(k)));
    on("v-quantity", "change", (e) => view.colourBy(data.quantities[Number(e.target.value)]));
  };
  const systems = () => {
    for (const system of data.systems) {
      const label = document.createElement("label");
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.checked = true;
      tick.dataset.system = system;
      label.append(tick, ` ${system}`);
      $("v-systems").append(label);
      tick.addEventListener("change", () => {
        if (tick.checked) off.delete(system); else off.add(system);
        reveal();
      });
    }
  };
  const reviewers = () => {
    if (!$("v-notes")) return;
    option($("v-notes"), "all components", "all");
    option($("v-notes"), "with notes", "noted");
    option($("v-notes"), "with open points", "open");
    for (const who of notes.authors) option($("v-notes"), `by ${who}`, `by ${who}`);
    on("v-notes", "change", (e) => { which = e.target.value; reveal(); });
    on("v-next", "click", () => {
      const held = notes.noted.filter(view.isShown);
      if (held.length) view.pick(held[(held.indexOf(view.picked()) + 1) % held.length]);
    });
  };
  const time = () => {
    $("v-slider").max = String(data.time_s.length - 1);
    on("v-slider", "input", (e) => view.go(Number(e.target.value)));
    on("v-go", "change", (e) => { if (e.target.value) go(Number(e.target.value)); });
    on("v-play", "click", () => {
      $("v-play").textContent = playing ? "Play" : "Stop";
      if (playing) clearInterval(playing);
      const next = () => go((view.step() + 1) % data.time_s.length);
      playing = playing ? 0 : setInterval(next, 120);
    });
  };
  const finding = () => {
    const fill = () => data.id.forEach((id) => option($("v-names"), "", id));
    $("v-find").addEventListener("focus", fill, { once: true });
    on("v-find", "change", (e) => {
      if (index.has(e.target.value)) view.pick(index.get(e.target.value));
    });
    on("v-fail", "click", view.fail);
    on("v-home", "click", view.home);
  };
  [quantities, systems, reviewers, time, finding].forEach((fill) => fill());
  $("v-shown").textContent = `${whole(count)} of ${whole(count)} shown`;
  return { index };
};
