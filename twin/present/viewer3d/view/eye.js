/* Where one looks from: the whole site at first, then as one turns it. */
const TURNS = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, -0.08],
  ArrowDown: [0, 0.08] };
const ZOOMS = { "+": 0.88, "=": 0.88, "-": 1.14 };
const SOUTH = [0.45, -0.85, 0.7];
const EAST = [0.85, -0.45, 0.7];

const eyeOf = (canvas, area) => {
  const camera = new THREE.PerspectiveCamera(40, 1.6, 0.1, 20000);
  camera.up.set(0, 0, 1);
  const controls = new THREE.OrbitControls(camera, canvas);
  /* Where the eye stands, with the corners of the site on the edges of the window. */
  const seen = (middle, half, [x, y, z]) => {
    const out = new THREE.Vector3(x, y, z).normalize();
    const right = new THREE.Vector3().crossVectors(camera.up, out).normalize();
    const up = new THREE.Vector3().crossVectors(out, right);
    const high = Math.tan(camera.fov * Math.PI / 360) / 1.06;
    const wide = high * camera.aspect;
    const side = (bit) => (bit ? 1 : -1);
    const corners = [...Array(8).keys()].map((i) =>
      new THREE.Vector3(side(i & 1), side(i & 2), side(i & 4)).multiply(half));
    const along = (axis, open) => {
      const most = Math.max(...corners.map((one) => one.dot(axis) + open * one.dot(out)));
      const least = Math.min(...corners.map((one) => one.dot(axis) - open * one.dot(out)));
      return [(most + least) / 2, (most - least) / 2 / open];
    };
    const [aside, farWide] = along(right, wide);
    const [above, farHigh] = along(up, high);
    const target = middle.clone().addScaledVector(right, aside).addScaledVector(up, above);
    return { out, target, far: Math.max(farWide, farHigh) };
  };
  /* The whole site from its south or its east, whichever shows it larger. */
  const look = () => {
    const middle = area.getCenter(new THREE.Vector3());
    const half = area.getSize(new THREE.Vector3()).divideScalar(2);
    const south = seen(middle, half, SOUTH);
    const east = seen(middle, half, EAST);
    const { out, target, far } = east.far < south.far ? east : south;
    controls.target.copy(target);
    camera.position.copy(target).addScaledVector(out, far);
    controls.update();
  };
  /* Whether a key turns the view or comes nearer. */
  const turned = (key) => {
    const [aside, above] = TURNS[key] || [0, 0];
    if (!TURNS[key] && !ZOOMS[key]) return false;
    const out = camera.position.clone().sub(controls.target);
    const far = out.length() * (ZOOMS[key] || 1);
    const around = Math.atan2(out.y, out.x) + aside;
    const risen = Math.atan2(out.z, Math.hypot(out.x, out.y)) - above;
    const up = Math.min(1.5, Math.max(0.05, risen));
    camera.position
      .set(Math.cos(around) * Math.cos(up), Math.sin(around) * Math.cos(up), Math.sin(up))
      .multiplyScalar(far).add(controls.target);
    controls.update();
    return true;
  };
  const far = () => camera.position.distanceTo(controls.target);
  return { camera, controls, look, turned, far };
};
