/* Numbers and moments as people read them. */
const written = (quantity, v) =>
  (v === null ? "–" : `${v.toFixed(quantity.digits)} ${quantity.unit}`.trim());

const clock = (time_s) => {
  if (Math.round(time_s) === 86400) return "24:00:00";
  const t = Math.round(time_s);
  const two = (v) => String(v).padStart(2, "0");
  const day = Math.floor(t / 86400);
  const hours = Math.floor(t % 86400 / 3600);
  const text = `${two(hours)}:${two(Math.floor(t % 3600 / 60))}:${two(t % 60)}`;
  return day ? `day ${day + 1} ${text}` : text;
};

/* Whole numbers; a locale's own rules take ten times as long to load as all else here. */
const whole = (v) => String(v).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (v, what) => `${whole(v)} ${what}${v === 1 ? "" : "s"}`;
const watts = (w) => (w >= 1e6 ? `${(w / 1e6).toFixed(2)} MW` : `${(w / 1e3).toFixed(1)} kW`);
const more = (list, most) => (list.length > most ? ` and ${list.length - most} more` : "");
