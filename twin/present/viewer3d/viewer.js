/* The 3-D view of a report: reads the block of data in the page, needs three.js and nothing else. */
(async () => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const box = $("v3d");
  if (!box) return;
  const say = (text) => { $("v-state").textContent = text; };
  const began = performance.now();
  say("The view is being made.");

  const bytes = (text) => {
    const letters = atob(text), out = new Uint8Array(letters.length);
    for (let n = 0; n < out.length; n++) out[n] = letters.charCodeAt(n);
    return out;
  };
  const inflate = async (text) => {
    const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const held = JSON.parse($("v-data").textContent);
  const unpacked = Promise.all([held.scene, ...held.frames].map(inflate));
  /* Page one is on the screen before a context is asked for, which keeps the browser busy. */
  const painted = new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await Promise.race([painted, new Promise((done) => setTimeout(done, 500))]);
  /* The drawing buffer has its size before there is a context: each change makes the GPU wait. */
  const canvas = document.createElement("canvas");
  $("v-canvas").append(canvas);
  const size = () => {
    const wide = $("v-canvas").clientWidth || 900, high = Math.round(wide * 0.58);
    const dots = Math.min(2, window.devicePixelRatio || 1);
    canvas.style.width = `${wide}px`; canvas.style.height = `${high}px`;
    return [Math.round(wide * dots), Math.round(high * dots)];
  };
  [canvas.width, canvas.height] = size();
  let data, frames, renderer;
  try {
    renderer = new THREE.WebGLRenderer({ canvas, antialias: (window.devicePixelRatio || 1) < 2, preserveDrawingBuffer: true });
    renderer.debug.checkShaderErrors = false;
    [data, ...frames] = await unpacked;
    data = JSON.parse(new TextDecoder().decode(data));
  } catch (error) {
    box.hidden = true;
    $("v-fallback").hidden = false;
    say("no 3-D: this browser offers no WebGL");
    return;
  }

  const count = data.id.length;
  const index = new Map(data.id.map((id, n) => [id, n]));
  const name = (n) => data.id[n];
  const kindOf = (n) => data.kinds[data.kind[n]];
  const kindWords = (n) => data.kind_words[data.kind[n]];
  const systemOf = (n) => data.systems[data.system[n]];
  const steps = data.time_s.length;
  let step = 0, quantity = null, picked = -1, failing = false, playing = 0;

  /* ---- quantities: rows of steps, differences along time, 255 where there is no value ---- */
  data.quantities.forEach((q, k) => {
    const raw = frames[k];
    for (let row = 0; row < q.rows.length; row++)
      for (let s = 1; s < steps; s++) raw[row * steps + s] += raw[row * steps + s - 1];
    q.raw = raw;
    q.at = new Map(q.rows.map((n, row) => [n, row]));
  });
  const level = (q, n, s) => {
    const row = q.at.get(n);
    return row === undefined ? 255 : q.raw[row * steps + s];
  };
  const value = (q, n, s) => {
    const found = level(q, n, s);
    return found === 255 ? null : q.low + (q.high - q.low) * found / 254;
  };
  const write = (q, v) => (v === null ? "–" : `${v.toFixed(q.digits)} ${q.unit}`.trim());

  /* ---- scene ---- */
  const scene = new THREE.Scene();
  const camera = new THREE.PerspectiveCamera(40, 1.6, 0.1, 20000);
  camera.up.set(0, 0, 1);
  /* Colours of the page, light or dark. */
  const tone = (of) => getComputedStyle(box).getPropertyValue(of).trim();
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "3-D view: arrow keys turn it, plus and minus come nearer and go away");
  /* Faces of upright boxes have one shade each, so it stands in the geometry and no light is worked out. Tops have
     the colour of the legend. */
  const SHADES = { east: 0.62, west: 0.7, north: 0.5, south: 0.78, top: 1, bottom: 0.4 };
  const block = new THREE.BoxGeometry(1, 1, 1);
  block.setAttribute("color", new THREE.Float32BufferAttribute(
    Object.values(SHADES).flatMap((shade) => Array(12).fill(shade)), 3));
  const material = new THREE.MeshBasicMaterial({ vertexColors: true });
  const boxes = new THREE.InstancedMesh(block, material, count);
  const matrix = new THREE.Matrix4();
  const shown = new Uint8Array(count).fill(1);
  const place = (n) => {
    const s = shown[n] ? 1 : 0;
    matrix.makeScale(data.w[n] * s, data.d[n] * s, data.h[n] * s);
    matrix.setPosition(data.x[n], data.y[n], data.z[n] + data.h[n] / 2);
    boxes.setMatrixAt(n, matrix);
  };
  /* Fronts: a dark band where equipment looks, a blue face where it blows; 0 is north, 1 east. */
  const plates = new THREE.InstancedMesh(block, material, count + data.halls.length);
  const INK = new THREE.Color("#1f2933"), FLOOR = new THREE.Color("#cfd6dd"), AIR = new THREE.Color("#56b4e9");
  const THICK_M = 0.03, BAND = 0.74;
  const fix = (n) => {
    const s = shown[n] ? 1 : 0, across = data.front[n] % 2;
    const blows = kindOf(n) === "crah", tall = blows ? 0.8 : 0.16;
    const east = [0, 1, 0, -1][data.front[n]], north = [1, 0, -1, 0][data.front[n]];
    matrix.makeScale(s * (across ? THICK_M : 0.8 * data.w[n]), s * (across ? 0.8 * data.d[n] : THICK_M), s * tall * data.h[n]);
    matrix.setPosition(data.x[n] + east * data.w[n] / 2, data.y[n] + north * data.d[n] / 2, data.z[n] + data.h[n] * (blows ? 0.5 : BAND));
    plates.setMatrixAt(n, matrix);
  };
  const area = new THREE.Box3();
  for (let n = 0; n < count; n++) {
    place(n);
    fix(n);
    plates.setColorAt(n, kindOf(n) === "crah" ? AIR : INK);
    for (const side of [-0.5, 0.5]) {
      area.expandByPoint(new THREE.Vector3(data.x[n] + side * data.w[n], data.y[n] + side * data.d[n], data.z[n] + (0.5 + side) * data.h[n]));
    }
  }
  scene.add(boxes, plates);

  /* ---- notes: a pin above each component that somebody said something of ---- */
  const notes = new Map();
  for (const [n, ...said] of data.notes) notes.set(n, [...(notes.get(n) || []), said]);
  const noted = [...notes.keys()];
  const isOpen = (n) => (notes.get(n) || []).some((said) => said[5]);
  const pin = new THREE.BufferGeometry();
  const peak = [0, 0, 0], ring = [[-1, -1, 3], [1, -1, 3], [1, 1, 3], [-1, 1, 3]];
  pin.setAttribute("position", new THREE.Float32BufferAttribute([0, 1, 2, 3].flatMap((k) =>
    [...peak, ...ring[(k + 1) % 4], ...ring[k]]).concat(ring[0], ring[1], ring[2], ring[0], ring[2], ring[3]), 3));
  const pins = new THREE.InstancedMesh(pin, new THREE.MeshBasicMaterial({ depthTest: false, side: 2 }), 2 * noted.length || 1);
  const OPEN = new THREE.Color("#b00020"), SAID = new THREE.Color("#0072b2"), RIM = new THREE.Color("#ffffff");
  noted.forEach((n, k) => { pins.setColorAt(k, RIM); pins.setColorAt(noted.length + k, isOpen(n) ? OPEN : SAID); });
  pins.visible = noted.length > 0;
  pins.renderOrder = 2;
  pins.frustumCulled = false;
  scene.add(pins);
  const stand = () => {
    const far = camera.position.distanceTo(controls.target);
    noted.forEach((n, k) => {
      const wide = shown[n] ? far * (isOpen(n) ? 0.009 : 0.006) : 0, top = data.z[n] + data.h[n];
      matrix.makeScale(1.5 * wide, 1.5 * wide, 1.35 * wide);
      matrix.setPosition(data.x[n], data.y[n], top - 0.35 * wide);
      pins.setMatrixAt(k, matrix);
      matrix.makeScale(wide, wide, wide);
      matrix.setPosition(data.x[n], data.y[n], top);
      pins.setMatrixAt(noted.length + k, matrix);
    });
    pins.instanceMatrix.needsUpdate = true;
    pins.boundingSphere = null;
  };

  const lines = [];
  data.halls.forEach(([, x, y, z, w, d, h], k) => {
    matrix.makeScale(w, d, THICK_M);
    matrix.setPosition(x + w / 2, y + d / 2, z - 0.02 - THICK_M / 2);
    plates.setMatrixAt(count + k, matrix);
    plates.setColorAt(count + k, FLOOR);
    const corner = (i) => [x + (i & 1 ? w : 0), y + (i & 2 ? d : 0), z + (i & 4 ? h : 0)];
    for (const [a, b] of [[0, 1], [1, 3], [3, 2], [2, 0], [4, 5], [5, 7], [7, 6], [6, 4], [0, 4], [1, 5], [2, 6], [3, 7]])
      lines.push(...corner(a), ...corner(b));
    area.expandByPoint(new THREE.Vector3(x, y, z));
    area.expandByPoint(new THREE.Vector3(x + w, y + d, z + h));
  });
  const stroke = (points, color) => {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
    return new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ color }));
  };
  const walls = stroke(lines, 0x1f2933);
  scene.add(walls);
  const frame = new THREE.LineSegments(
    new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1)), new THREE.LineBasicMaterial({ color: 0x000000 }));
  frame.visible = false;
  scene.add(frame);
  const dress = () => {
    renderer.setClearColor(tone("--pale"));
    for (const drawn of [walls, frame]) drawn.material.color.set(tone("--ink"));
  };
  dress();

  const controls = new THREE.OrbitControls(camera, canvas);
  /* The whole site from its south or its east, whichever shows it larger: where the eye stands, right, up and out from the
     middle, with the corners on the edges of the window. */
  const seen = (middle, half, x, y, z) => {
    const out = new THREE.Vector3(x, y, z).normalize();
    const right = new THREE.Vector3().crossVectors(camera.up, out).normalize(), up = new THREE.Vector3().crossVectors(out, right);
    const high = Math.tan(camera.fov * Math.PI / 360) / 1.06, wide = high * camera.aspect;
    const corners = [...Array(8).keys()].map((i) => new THREE.Vector3(i & 1 ? 1 : -1, i & 2 ? 1 : -1, i & 4 ? 1 : -1).multiply(half));
    const along = (axis, open) => {
      const most = Math.max(...corners.map((one) => one.dot(axis) + open * one.dot(out)));
      const least = Math.min(...corners.map((one) => one.dot(axis) - open * one.dot(out)));
      return [(most + least) / 2, (most - least) / 2 / open];
    };
    const [aside, farWide] = along(right, wide), [above, farHigh] = along(up, high);
    const target = middle.clone().addScaledVector(right, aside).addScaledVector(up, above);
    return { out, target, far: Math.max(farWide, farHigh) };
  };
  const look = () => {
    const middle = area.getCenter(new THREE.Vector3()), half = area.getSize(new THREE.Vector3()).divideScalar(2);
    const south = seen(middle, half, 0.45, -0.85, 0.7), east = seen(middle, half, 0.85, -0.45, 0.7);
    const { out, target, far } = east.far < south.far ? east : south;
    controls.target.copy(target);
    camera.position.copy(target).addScaledVector(out, far);
    controls.update();
  };

  /* ---- what fails with a component: by connections alone ---- */
  const feeds = Array.from({ length: count }, () => new Map());
  for (const [system, sources, targets] of data.edges) {
    const turned = system === "fabric";
    const [from, to] = turned ? [targets, sources] : [sources, targets];
    for (const b of to) for (const a of from) {
      const need = system === "cooling" ? `cooling by ${kindWords(a)}` : system;
      if (!feeds[b].has(need)) feeds[b].set(need, []);
      feeds[b].get(need).push(a);
    }
  }
  const above = (lost, n) => [...feeds[n].values()].some((of) => of.every((a) => lost.has(a)));
  const failure = (start) => {
    const lost = new Set([start]);
    for (let again = true; again;) {
      again = false;
      for (let n = 0; n < count; n++) {
        if (lost.has(n)) continue;
        if (lost.has(data.parent[n]) || above(lost, n)) { lost.add(n); again = true; }
      }
    }
    const less = new Set();
    for (let n = 0; n < count; n++)
      if (!lost.has(n) && [...feeds[n].values()].some((of) => of.some((a) => lost.has(a)))) less.add(n);
    return { lost, less };
  };

  /* ---- colour ---- */
  const NONE = new THREE.Color("#c4ccd4"), BROKEN = new THREE.Color("#d55e00");
  const LESS = new THREE.Color("#f0b400"), DIM = new THREE.Color("#e3e7eb");
  const colours = data.ramp.map((c) => new THREE.Color(c));
  const ramp = (found) => colours[Math.round(found / 254 * (colours.length - 1))];
  const broken = (n) => data.broken.some(([who, from, to]) => who === n && from <= now() && now() < to);
  const now = () => data.time_s[step];
  const before = () => step ? data.time_s[step - 1] : 0;
  /* A step tells of its whole period: what was over before its end was there too. */
  const during = (from, to) => from < now() && before() < Math.max(to, from + 1e-6);
  let effect = null;
  const colour = () => {
    const out = new Set(data.broken.filter(([, a, b]) => during(a, b)).map(([n]) => n));
    for (let n = 0; n < count; n++) {
      let c = NONE;
      if (effect) c = effect.lost.has(n) ? BROKEN : effect.less.has(n) ? LESS : DIM;
      else if (out.has(n)) c = BROKEN;
      else { const found = level(quantity, n, step); if (found !== 255) c = ramp(found); }
      boxes.setColorAt(n, c);
    }
    boxes.instanceColor.needsUpdate = true;
  };
  const legend = () => {
    const c = $("v-legend"), g = c.getContext("2d");
    g.clearRect(0, 0, c.width, c.height);
    const stops = data.ramp;
    for (let x = 0; x < c.width; x++) {
      g.fillStyle = stops[Math.min(stops.length - 1, Math.floor(x / c.width * stops.length))];
      g.fillRect(x, 0, 1, 14);
    }
    g.fillStyle = tone("--ink"); g.font = "12px system-ui, sans-serif";
    g.fillText(write(quantity, quantity.low), 0, 30);
    g.textAlign = "right"; g.fillText(write(quantity, quantity.high), c.width, 30); g.textAlign = "left";
    c.setAttribute("aria-label", `${quantity.label}, from ${write(quantity, quantity.low)} to ${write(quantity, quantity.high)}`);
    $("v-words").textContent = effect
      ? "orange: lost; yellow: one feed less; grey: not touched"
      : "grey: no value; orange: out of order; dark band: front, blue: blows" + (noted.length ? "; pins: notes, the large red ones open" : "");
  };

  /* ---- words ---- */
  const clock = (s) => {
    if (Math.round(s) === 86400) return "24:00:00";
    const t = Math.round(s), p = (v) => String(v).padStart(2, "0"), day = Math.floor(t / 86400);
    const text = `${p(Math.floor(t % 86400 / 3600))}:${p(Math.floor(t % 3600 / 60))}:${p(t % 60)}`;
    return day ? `day ${day + 1} ${text}` : text;
  };
  const row = (list, what, words) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = what; dd.textContent = words; list.append(dt, dd);
  };
  /* Whole numbers; a locale's own rules take ten times as long to load as all else here. */
  const number = (v) => String(v).replace(/\B(?=(\d{3})+$)/g, ",");
  const counted = (v, what) => `${number(v)} ${what}${v === 1 ? "" : "s"}`;
  const watts = (w) => (w >= 1e6 ? `${(w / 1e6).toFixed(2)} MW` : `${(w / 1e3).toFixed(1)} kW`);
  const facts = () => {
    const list = $("v-facts");
    list.replaceChildren();
    $("v-name").textContent = picked < 0 ? "Pick a component" : name(picked);
    $("v-fail").disabled = picked < 0;
    if (picked < 0) return;
    row(list, "what", `${kindWords(picked)} ${data.types[data.type[picked]]}`.trim());
    if (data.parent[picked] >= 0) row(list, "in", name(data.parent[picked]));
    else if (data.hall[picked]) row(list, "in", data.hall[picked]);
    row(list, "at", `${data.x[picked].toFixed(2)} m east, ${data.y[picked].toFixed(2)} m north`);
    row(list, kindOf(picked) === "crah" ? "blows" : "front", ["north", "east", "south", "west"][data.front[picked]]);
    if (data.rating[picked] > 0) row(list, "rating", watts(data.rating[picked]));
    if (data.gpus[picked] > 0) row(list, "GPUs", number(data.gpus[picked]));
    for (const [who, day, decision, state, words] of notes.get(picked) || [])
      row(list, "note", `${who}, ${day}, ${decision}${state === "current" ? "" : `, ${state}`}${words ? `: ${words}` : ""}`);
    for (const q of data.quantities) {
      const v = value(q, picked, step);
      if (v !== null) row(list, q.label, write(q, v));
    }
    for (const [need, of] of feeds[picked]) row(list, need, of.slice(0, 4).map(name).join(", ") + (of.length > 4 ? ` and ${of.length - 4} more` : ""));
    row(list, "state", broken(picked) ? "out of order" : "in order");
    if (data.points[name(picked)]) row(list, "single point", data.points[name(picked)]);
    const mine = data.events.filter(([, n]) => n === picked);
    if (mine.length) row(list, "events", mine.slice(0, 12).map(([t, , what]) => `${clock(t)} ${what}`).join("; ") + (mine.length > 12 ? ` and ${mine.length - 12} more` : ""));
  };
  const curve = () => {
    const c = $("v-curve"), g = c.getContext("2d");
    g.clearRect(0, 0, c.width, c.height);
    c.hidden = picked < 0 || quantity.at.get(picked) === undefined;
    if (c.hidden) return;
    const left = 4, wide = c.width - 8, high = c.height - 30;
    const at = (s) => left + (steps > 1 ? s / (steps - 1) : 0) * wide;
    g.strokeStyle = tone("--blue"); g.lineWidth = 1.6; g.beginPath();
    let pen = false, low = Infinity, top = -Infinity;
    for (let s = 0; s < steps; s++) {
      const found = level(quantity, picked, s);
      if (found === 255) { pen = false; continue; }
      const v = value(quantity, picked, s); low = Math.min(low, v); top = Math.max(top, v);
      const y = 12 + high * (1 - found / 254);
      if (pen) g.lineTo(at(s), y); else g.moveTo(at(s), y);
      pen = true;
    }
    g.stroke();
    g.strokeStyle = tone("--bad"); g.beginPath(); g.moveTo(at(step), 8); g.lineTo(at(step), 12 + high); g.stroke();
    g.fillStyle = tone("--ink"); g.font = "11px system-ui, sans-serif";
    const words = `${quantity.label}: ${write(quantity, low)} to ${write(quantity, top)}`;
    g.fillText(words, left, c.height - 4);
    c.setAttribute("aria-label", `${name(picked)}, ${words}`);
  };
  const tell = () => {
    if (!effect) { $("v-effect").textContent = ""; return; }
    const racks = [...effect.lost].filter((n) => kindOf(n) === "rack");
    const gpus = racks.reduce((sum, n) => sum + data.gpus[n], 0);
    const others = effect.lost.size - racks.length - (kindOf(picked) === "rack" ? 0 : 1);
    const dark = racks.length
      ? `${counted(racks.length, "rack")} with ${counted(gpus, "GPU")} ${racks.length === 1 ? "has" : "have"} no feed left, ${counted(others, "other component")} too`
      : `no rack is without a feed, ${counted(others, "other component")} ${others === 1 ? "is" : "are"}`;
    $("v-effect").textContent = `Without ${name(picked)}: ${dark}; ${counted(effect.less.size, "component")} ` +
      `${effect.less.size === 1 ? "has" : "have"} one feed less. By connections alone: ratings and limits are judged in the chapter Redundancy.`;
  };

  /* ---- drawing ---- */
  let asked = false;
  const draw = () => { asked = false; if (pins.visible) stand(); renderer.render(scene, camera); };
  const redraw = () => { if (!asked) { asked = true; requestAnimationFrame(draw); } };
  const refresh = () => {
    const drilled = data.drills.filter(([, a, b]) => during(a, b)).map(([words]) => `drill: ${words}`);
    $("v-time").textContent = [clock(now()), ...drilled].join(", ");
    $("v-slider").setAttribute("aria-valuetext", $("v-time").textContent);
    effect = failing && picked >= 0 ? failure(picked) : null;
    $("v-fail").setAttribute("aria-pressed", String(Boolean(effect)));
    colour(); legend(); facts(); curve(); tell(); redraw();
  };
  const pick = (n) => {
    picked = n;
    frame.visible = n >= 0;
    if (n >= 0) {
      frame.scale.set(data.w[n] + 0.06, data.d[n] + 0.06, data.h[n] + 0.06);
      frame.position.set(data.x[n], data.y[n], data.z[n] + data.h[n] / 2);
      $("v-find").value = name(n);
    }
    refresh();
  };

  /* ---- controls ---- */
  const option = (select, words, v) => {
    const o = document.createElement("option"); o.value = v; o.textContent = words; select.append(o);
  };
  data.quantities.forEach((q, k) => option($("v-quantity"), q.label, String(k)));
  quantity = data.quantities[0];
  $("v-find").addEventListener("focus", () => data.id.forEach((id) => option($("v-names"), "", id)), { once: true });
  const off = new Set();
  let of = "all";
  const wanted = (n) => of === "all" || (of === "open" ? isOpen(n) :
    (notes.get(n) || []).some((said) => of === "noted" || of === `by ${said[0]}`));
  const reveal = () => {
    for (let n = 0; n < count; n++) { shown[n] = !off.has(systemOf(n)) && wanted(n) ? 1 : 0; place(n); fix(n); }
    boxes.instanceMatrix.needsUpdate = plates.instanceMatrix.needsUpdate = true;
    boxes.computeBoundingSphere();
    $("v-shown").textContent = `${number(shown.reduce((a, b) => a + b, 0))} of ${number(count)} shown`;
    redraw();
  };
  for (const system of data.systems) {
    const label = document.createElement("label"), tick = document.createElement("input");
    tick.type = "checkbox"; tick.checked = true; tick.dataset.system = system;
    label.append(tick, ` ${system}`);
    $("v-systems").append(label);
    tick.addEventListener("change", () => { if (tick.checked) off.delete(system); else off.add(system); reveal(); });
  }
  if ($("v-notes")) {
    option($("v-notes"), "all components", "all");
    option($("v-notes"), "with notes", "noted");
    option($("v-notes"), "with open points", "open");
    for (const who of [...new Set(data.notes.map((said) => said[1]))].sort()) option($("v-notes"), `by ${who}`, `by ${who}`);
    $("v-notes").addEventListener("change", (e) => { of = e.target.value; reveal(); });
    $("v-next").addEventListener("click", () => {
      const held = noted.filter((n) => shown[n]);
      if (held.length) pick(held[(held.indexOf(picked) + 1) % held.length]);
    });
  }
  $("v-shown").textContent = `${number(count)} of ${number(count)} shown`;
  $("v-slider").max = String(steps - 1);
  $("v-slider").addEventListener("input", (e) => { step = Number(e.target.value); refresh(); });
  const go = (to) => { step = to; $("v-slider").value = String(step); refresh(); };
  /* Where a moment stands along the slider, in steps; the step that tells of it. */
  const along = (s) => {
    const k = data.time_s.findIndex((t) => t >= s);
    if (k <= 0) return k < 0 ? steps - 1 : 0;
    return k - (data.time_s[k] - s) / (data.time_s[k] - data.time_s[k - 1]);
  };
  const stepOf = (s) => { const k = data.time_s.findIndex((t) => t > s); return k < 0 ? steps - 1 : k; };
  const mark = (kind, from, to) => {
    const share = (s) => along(s) / Math.max(1, steps - 1), span = document.createElement("span");
    span.className = kind;
    span.style.left = `${100 * share(from)}%`;
    if (to > from) span.style.width = `${Math.max(1, 100 * (share(to) - share(from)))}%`;
    $("v-marks").append(span);
  };
  data.drills.forEach(([, from, to]) => mark("drill", from, to));
  data.breaks.forEach(([at]) => mark("break", at, at));
  const moments = [
    ...data.drills.flatMap(([words, from, to]) => [[from, `drill begins: ${words}`], [to, `drill ends: ${words}`]]),
    ...data.breaks,
  ].sort((a, b) => a[0] - b[0]);
  moments.forEach(([at, words]) => option($("v-go"), `${clock(at)} ${words}`, String(stepOf(at))));
  $("v-goes").hidden = !moments.length;
  $("v-go").addEventListener("change", (e) => { if (e.target.value) go(Number(e.target.value)); });
  $("v-quantity").addEventListener("change", (e) => { quantity = data.quantities[Number(e.target.value)]; refresh(); });
  $("v-find").addEventListener("change", (e) => { if (index.has(e.target.value)) pick(index.get(e.target.value)); });
  $("v-fail").addEventListener("click", () => { failing = !failing; refresh(); });
  $("v-home").addEventListener("click", () => { look(); redraw(); });
  $("v-play").addEventListener("click", () => {
    if (playing) { clearInterval(playing); playing = 0; $("v-play").textContent = "Play"; return; }
    $("v-play").textContent = "Stop";
    playing = setInterval(() => { go((step + 1) % steps); }, 120);
  });
  const ray = new THREE.Raycaster();
  let down = null;
  canvas.addEventListener("pointerdown", (e) => { down = [e.clientX, e.clientY]; });
  canvas.addEventListener("pointerup", (e) => {
    if (!down || Math.hypot(e.clientX - down[0], e.clientY - down[1]) > 4) return;
    const r = canvas.getBoundingClientRect();
    ray.setFromCamera(new THREE.Vector2((e.clientX - r.left) / r.width * 2 - 1, 1 - (e.clientY - r.top) / r.height * 2), camera);
    const above = noted.length ? ray.intersectObject(pins)[0] : null;
    const hit = ray.intersectObject(boxes)[0];
    pick(above ? noted[above.instanceId % noted.length] : hit ? hit.instanceId : -1);
  });
  canvas.addEventListener("keydown", (e) => {
    const turn = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, -0.08], ArrowDown: [0, 0.08] }[e.key];
    const zoom = { "+": 0.88, "=": 0.88, "-": 1.14 }[e.key];
    if (!turn && !zoom) return;
    e.preventDefault();
    const out = camera.position.clone().sub(controls.target);
    const flat = Math.hypot(out.x, out.y), far = out.length() * (zoom || 1);
    const around = Math.atan2(out.y, out.x) + (turn ? turn[0] : 0);
    const up = Math.min(1.5, Math.max(0.05, Math.atan2(out.z, flat) - (turn ? turn[1] : 0)));
    camera.position.set(Math.cos(around) * Math.cos(up), Math.sin(around) * Math.cos(up), Math.sin(up)).multiplyScalar(far).add(controls.target);
    controls.update(); redraw();
  });
  controls.addEventListener("change", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { dress(); refresh(); });
  const fit = () => {
    const [wide, high] = size();
    if (wide !== canvas.width || high !== canvas.height) renderer.setSize(wide, high, false);
    camera.aspect = wide / high; camera.updateProjectionMatrix(); redraw();
  };
  window.addEventListener("resize", fit);
  fit();
  look();
  refresh();
  draw();

  /* Where the top of a component, its south side, or the pin above it is on the screen: for tests, which click there. */
  window.twinWhere = (id, part) => {
    const n = index.get(id), r = canvas.getBoundingClientRect();
    const up = part === "pin" ? 0.01 * camera.position.distanceTo(controls.target) : part === "south" ? (BAND - 1) * data.h[n] : 0;
    const side = part === "south" ? data.d[n] / 2 + THICK_M / 2 : 0;
    const p = new THREE.Vector3(data.x[n], data.y[n] - side, data.z[n] + data.h[n] + up).project(camera);
    return [r.left + (p.x + 1) / 2 * r.width, r.top + (1 - p.y) / 2 * r.height];
  };
  const took = ((performance.now() - began) / 1000).toFixed(2);
  say("");
  /* For tests and measurements. */
  $("v-state").dataset.ready = `${count} components, ${steps} steps, draws=${renderer.info.render.calls}, ${took} s`;
})();
