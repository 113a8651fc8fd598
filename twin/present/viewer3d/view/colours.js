/* The colour of every component, and the legend that says what it means. */
const NONE = "#c4ccd4";
const BROKEN = "#d55e00";
const LESS = "#f0b400";
const DIM = "#e3e7eb";

const coloursOf = (data, values, boxes) => {
  const count = data.id.length;
  const [none, broken, less, dim] = [NONE, BROKEN, LESS, DIM].map((one) => new THREE.Color(one));
  const ramp = data.ramp.map((one) => new THREE.Color(one));
  const coloured = (level) => ramp[Math.round(level / LEVELS * (ramp.length - 1))];
  const touched = (n, effect) => {
    if (effect.lost.has(n)) return broken;
    return effect.less.has(n) ? less : dim;
  };
  const measured = (n, quantity, step) => {
    const level = values.level(quantity, n, step);
    return level === NO_VALUE ? none : coloured(level);
  };
  /* `out`: who is out of order; `effect`: what a failure takes, null where none is shown. */
  const paint = (quantity, step, out, effect) => {
    for (let n = 0; n < count; n++) {
      const plain = out.has(n) ? broken : measured(n, quantity, step);
      boxes.setColorAt(n, effect ? touched(n, effect) : plain);
    }
    boxes.instanceColor.needsUpdate = true;
  };
  return { paint };
};

const drawLegend = (data, quantity, effect, ink) => {
  const canvas = $("v-legend");
  const pen = canvas.getContext("2d");
  const stops = data.ramp;
  const [low, high] = [written(quantity, quantity.low), written(quantity, quantity.high)];
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (let x = 0; x < canvas.width; x++) {
    const place = Math.floor(x / canvas.width * stops.length);
    pen.fillStyle = stops[Math.min(stops.length - 1, place)];
    pen.fillRect(x, 0, 1, 14);
  }
  pen.fillStyle = ink;
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "left";
  pen.fillText(low, 0, 30);
  pen.textAlign = "right";
  pen.fillText(high, canvas.width, 30);
  canvas.setAttribute("aria-label", `${quantity.label}, from ${low} to ${high}`);
  const pins = data.notes.length ? "; pins: notes, the large red ones open" : "";
  $("v-words").textContent = effect
    ? "orange: lost; yellow: one feed less; grey: not touched"
    : `grey: no value; orange: out of order; dark band: front, blue: blows${pins}`;
};
