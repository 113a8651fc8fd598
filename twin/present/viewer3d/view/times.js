/* The slider's moments: which step tells of one, what is marked, where one can go to. */
const option = (select, words, v) => {
  const one = document.createElement("option");
  one.value = v;
  one.textContent = words;
  select.append(one);
};

const timesOf = (data) => {
  const steps = data.time_s.length;
  const now = (step) => data.time_s[step];
  const before = (step) => (step ? data.time_s[step - 1] : 0);
  /* A step tells of its whole period: what was over before its end was there too. */
  const during = (step, from, to) =>
    from < now(step) && before(step) < Math.max(to, from + 1e-6);
  const out = (step) =>
    new Set(data.broken.filter(([, a, b]) => during(step, a, b)).map(([n]) => n));
  const words = (step) => {
    const drills = data.drills.filter(([, a, b]) => during(step, a, b));
    return [clock(now(step)), ...drills.map(([told]) => `drill: ${told}`)].join(", ");
  };
  /* Where a moment stands along the slider, in steps; the step that tells of it. */
  const along = (s) => {
    const k = data.time_s.findIndex((t) => t >= s);
    if (k <= 0) return k < 0 ? steps - 1 : 0;
    return k - (data.time_s[k] - s) / (data.time_s[k] - data.time_s[k - 1]);
  };
  const stepOf = (s) => {
    const k = data.time_s.findIndex((t) => t > s);
    return k < 0 ? steps - 1 : k;
  };
  const mark = (kind, from, to) => {
    const share = (s) => along(s) / Math.max(1, steps - 1);
    const span = document.createElement("span");
    span.className = kind;
    span.style.left = `${100 * share(from)}%`;
    if (to > from) span.style.width = `${Math.max(1, 100 * (share(to) - share(from)))}%`;
    $("v-marks").append(span);
  };
  /* Marks below the slider, and the list of moments to go to. */
  const fill = () => {
    data.drills.forEach(([, from, to]) => mark("drill", from, to));
    data.breaks.forEach(([at]) => mark("break", at, at));
    const ends = ([told, from, to]) =>
      [[from, `drill begins: ${told}`], [to, `drill ends: ${told}`]];
    const moments = [...data.drills.flatMap(ends), ...data.breaks].sort((a, b) => a[0] - b[0]);
    moments.forEach(([at, told]) =>
      option($("v-go"), `${clock(at)} ${told}`, String(stepOf(at))));
    $("v-goes").hidden = !moments.length;
  };
  return { out, words, fill };
};
