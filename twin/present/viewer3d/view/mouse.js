/* What a click and a key in the picture do. */
const DRAGGED_PX = 4;

const hearPicture = (canvas, eye, view) => {
  const ray = new THREE.Raycaster();
  let down = null;
  canvas.addEventListener("pointerdown", (e) => { down = [e.clientX, e.clientY]; });
  canvas.addEventListener("pointerup", (e) => {
    if (!down || Math.hypot(e.clientX - down[0], e.clientY - down[1]) > DRAGGED_PX) return;
    const at = canvas.getBoundingClientRect();
    const across = (e.clientX - at.left) / at.width * 2 - 1;
    const up = 1 - (e.clientY - at.top) / at.height * 2;
    ray.setFromCamera(new THREE.Vector2(across, up), eye.camera);
    view.pick(view.hit(ray));
  });
  canvas.addEventListener("keydown", (e) => {
    if (!eye.turned(e.key)) return;
    e.preventDefault();
    view.redraw();
  });
  eye.controls.addEventListener("change", view.redraw);
};
