/* Makes the view once page one is on the screen; where there is no WebGL a table stands for it. */
const say = (text) => { $("v-state").textContent = text; };

/* Where the top of a component, its south side, or the pin above it is on the screen: for tests,
   which click there. */
const whereOf = (data, index, eye, canvas) => (id, part) => {
  const n = index.get(id);
  const at = canvas.getBoundingClientRect();
  const ups = { pin: 0.01 * eye.far(), south: (BAND - 1) * data.h[n] };
  const side = part === "south" ? data.d[n] / 2 + THICK_M / 2 : 0;
  const top = data.z[n] + data.h[n] + (ups[part] || 0);
  const p = new THREE.Vector3(data.x[n], data.y[n] - side, top).project(eye.camera);
  return [at.left + (p.x + 1) / 2 * at.width, at.top + (1 - p.y) / 2 * at.height];
};

const start = async () => {
  const began = performance.now();
  say("The view is being made.");
  const data_and_frames = unpacked();
  /* Page one is on the screen before a context is asked for, which keeps the browser busy. */
  const painted = new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await Promise.race([painted, new Promise((done) => setTimeout(done, 500))]);
  /* The drawing buffer has its size before there is a context: each change makes the GPU wait. */
  const canvas = canvasOf();
  [canvas.width, canvas.height] = fitted(canvas);
  let renderer, data, frames;
  try {
    renderer = rendererOf(canvas);
    [data, frames] = await data_and_frames;
  } catch (error) {
    $("v3d").hidden = true;
    $("v-fallback").hidden = false;
    say("no 3-D: this browser offers no WebGL");
    return;
  }
  const view = viewOf(data, frames, renderer, canvas);
  const { index } = panelOf(data, view, view.notes);
  hearPicture(canvas, view.eye, view);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => { view.dress(); view.refresh(); });
  window.addEventListener("resize", view.fit);
  view.fit();
  view.home();
  view.refresh();
  view.draw();
  window.twinWhere = whereOf(data, index, view.eye, canvas);
  const took = ((performance.now() - began) / 1000).toFixed(2);
  const draws = renderer.info.render.calls;
  say("");
  /* For tests and measurements. */
  $("v-state").dataset.ready =
    `${data.id.length} components, ${data.time_s.length} steps, draws=${draws}, ${took} s`;
};

if ($("v3d")) start();
