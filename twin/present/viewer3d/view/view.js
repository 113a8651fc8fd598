/* The view: what stands in it, what is picked, at which step; everything else asks it. */
const viewOf = (data, frames, renderer, canvas) => {
  const tone = (of) => getComputedStyle($("v3d")).getPropertyValue(of).trim();
  const values = valuesOf(data, frames);
  const notes = notesOf(data);
  const times = timesOf(data);
  const { feeds, failure } = feedsOf(data);
  const blocks = blocksOf(data);
  const { pins, stand } = pinsOf(data, notes, blocks.shown);
  const picking = frameOf(data);
  const colours = coloursOf(data, values, blocks.boxes);
  const facts = factsOf(data, values, feeds, notes);
  const eye = eyeOf(canvas, blocks.area);
  const scene = new THREE.Scene();
  scene.add(blocks.boxes, blocks.plates, pins, blocks.walls, picking.frame);

  let step = 0;
  let quantity = data.quantities[0];
  let picked = -1;
  let failing = false;
  let asked = false;

  const draw = () => {
    asked = false;
    if (pins.visible) stand(eye.far());
    renderer.render(scene, eye.camera);
  };
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  const refresh = () => {
    const effect = failing && picked >= 0 ? failure(picked) : null;
    $("v-time").textContent = times.words(step);
    $("v-slider").setAttribute("aria-valuetext", $("v-time").textContent);
    $("v-fail").setAttribute("aria-pressed", String(Boolean(effect)));
    colours.paint(quantity, step, times.out(step), effect);
    drawLegend(data, quantity, effect, tone("--ink"));
    facts.list(picked, step);
    drawCurve(data, values, picked, quantity, step, tone);
    facts.tell(picked, effect);
    redraw();
  };
  /* Colours of the page, light or dark. */
  const dress = () => {
    renderer.setClearColor(tone("--pale"));
    for (const drawn of [blocks.walls, picking.frame]) drawn.material.color.set(tone("--ink"));
  };
  const fit = () => {
    const [wide, high] = fitted(canvas);
    if (wide !== canvas.width || high !== canvas.height) renderer.setSize(wide, high, false);
    eye.camera.aspect = wide / high;
    eye.camera.updateProjectionMatrix();
    redraw();
  };
  const pick = (n) => {
    picked = n;
    picking.stand(n);
    if (n >= 0) $("v-find").value = data.id[n];
    refresh();
  };
  /* The component under a ray, its pin first; -1 where there is none. */
  const hit = (ray) => {
    const above = notes.noted.length ? ray.intersectObject(pins)[0] : null;
    if (above) return notes.noted[above.instanceId % notes.noted.length];
    const found = ray.intersectObject(blocks.boxes)[0];
    return found ? found.instanceId : -1;
  };
  const reveal = (wanted) => {
    const found = blocks.reveal(wanted);
    redraw();
    return found;
  };
  times.fill();
  dress();
  return {
    eye, notes, draw, redraw, refresh, dress, fit, pick, hit, reveal,
    picked: () => picked,
    step: () => step,
    isShown: (n) => Boolean(blocks.shown[n]),
    go: (to) => { step = to; refresh(); },
    colourBy: (one) => { quantity = one; refresh(); },
    fail: () => { failing = !failing; refresh(); },
    home: () => { eye.look(); redraw(); },
  };
};
