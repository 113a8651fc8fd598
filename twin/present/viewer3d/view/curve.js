/* The time line of one quantity of the component that is picked. */
const CURVE = { left: 4, top: 12, foot: 18 };

const drawCurve = (data, values, n, quantity, step, tone) => {
  const canvas = $("v-curve");
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  canvas.hidden = n < 0 || quantity.at.get(n) === undefined;
  if (canvas.hidden) return;
  const wide = canvas.width - 2 * CURVE.left;
  const high = canvas.height - CURVE.top - CURVE.foot;
  const { steps } = values;
  const x = (s) => CURVE.left + (steps > 1 ? s / (steps - 1) : 0) * wide;
  pen.strokeStyle = tone("--blue");
  pen.lineWidth = 1.6;
  pen.beginPath();
  let down = false;
  let low = Infinity;
  let top = -Infinity;
  for (let s = 0; s < steps; s++) {
    const level = values.level(quantity, n, s);
    if (level === NO_VALUE) { down = false; continue; }
    const v = values.value(quantity, n, s);
    low = Math.min(low, v);
    top = Math.max(top, v);
    const y = CURVE.top + high * (1 - level / LEVELS);
    if (down) pen.lineTo(x(s), y); else pen.moveTo(x(s), y);
    down = true;
  }
  pen.stroke();
  pen.strokeStyle = tone("--bad");
  pen.beginPath();
  pen.moveTo(x(step), 8);
  pen.lineTo(x(step), CURVE.top + high);
  pen.stroke();
  pen.fillStyle = tone("--ink");
  pen.font = "11px system-ui, sans-serif";
  const words = `${quantity.label}: ${written(quantity, low)} to ${written(quantity, top)}`;
  pen.fillText(words, CURVE.left, canvas.height - 4);
  canvas.setAttribute("aria-label", `${data.id[n]}, ${words}`);
};
