/* A pin above each component that somebody said something of; open points are larger and red. */
const PEAK = [0, 0, 0];
const RING = [[-1, -1, 3], [1, -1, 3], [1, 1, 3], [-1, 1, 3]];
const OPEN = "#b00020";
const SAID = "#0072b2";
const RIM = "#ffffff";
const WIDE_OPEN = 0.009; /* as a share of how far the eye is */
const WIDE_SAID = 0.006;

const pinShape = () => {
  const sides = [0, 1, 2, 3].flatMap((k) => [...PEAK, ...RING[(k + 1) % 4], ...RING[k]]);
  const lid = [RING[0], RING[1], RING[2], RING[0], RING[2], RING[3]].flat();
  const shape = new THREE.BufferGeometry();
  shape.setAttribute("position", new THREE.Float32BufferAttribute([...sides, ...lid], 3));
  return shape;
};

const pinsOf = (data, notes, shown) => {
  const { noted, isOpen } = notes;
  const material = new THREE.MeshBasicMaterial({ depthTest: false, side: 2 });
  const pins = new THREE.InstancedMesh(pinShape(), material, 2 * noted.length || 1);
  const matrix = new THREE.Matrix4();
  noted.forEach((n, k) => {
    pins.setColorAt(k, new THREE.Color(RIM));
    pins.setColorAt(noted.length + k, new THREE.Color(isOpen(n) ? OPEN : SAID));
  });
  pins.visible = noted.length > 0;
  pins.renderOrder = 2;
  pins.frustumCulled = false;
  /* As large on the screen from wherever one looks. */
  const stand = (far) => {
    noted.forEach((n, k) => {
      const wide = shown[n] ? far * (isOpen(n) ? WIDE_OPEN : WIDE_SAID) : 0;
      const top = data.z[n] + data.h[n];
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
  return { pins, stand };
};
