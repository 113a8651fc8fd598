/* Quantities: rows of steps, differences along time, 255 where there is no value. */
const NO_VALUE = 255;
const LEVELS = 254;

const valuesOf = (data, frames) => {
  const steps = data.time_s.length;
  data.quantities.forEach((quantity, k) => {
    const raw = frames[k];
    for (let row = 0; row < quantity.rows.length; row++)
      for (let s = 1; s < steps; s++) raw[row * steps + s] += raw[row * steps + s - 1];
    quantity.raw = raw;
    quantity.at = new Map(quantity.rows.map((n, row) => [n, row]));
  });
  /* From 0 to 254 of component n at step s. */
  const level = (quantity, n, s) => {
    const row = quantity.at.get(n);
    return row === undefined ? NO_VALUE : quantity.raw[row * steps + s];
  };
  /* The same in the quantity's own unit; null where there is none. */
  const value = (quantity, n, s) => {
    const found = level(quantity, n, s);
    const { low, high } = quantity;
    return found === NO_VALUE ? null : low + (high - low) * found / LEVELS;
  };
  return { steps, level, value };
};
