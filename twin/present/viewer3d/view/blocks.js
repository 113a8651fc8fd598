/* Components as upright boxes, their fronts as thin plates, halls as floors and walls. */
const THICK_M = 0.03;
const BAND = 0.74; /* where a front's band stands, as a share of the height */
const INK = "#1f2933";
const FLOOR = "#cfd6dd";
const AIR = "#56b4e9";
const NORTH_EAST = [[0, 1], [1, 0], [0, -1], [-1, 0]]; /* of a front: 0 is north, 1 east */
const WALLS = [[0, 1], [1, 3], [3, 2], [2, 0], [4, 5], [5, 7], [7, 6], [6, 4],
  [0, 4], [1, 5], [2, 6], [3, 7]];

/* Faces of upright boxes have one shade each, so it stands in the geometry and no light is worked
   out. Tops have the colour of the legend. */
const SHADES = { east: 0.62, west: 0.7, north: 0.5, south: 0.78, top: 1, bottom: 0.4 };
const shadedBox = () => {
  const box = new THREE.BoxGeometry(1, 1, 1);
  const shades = Object.values(SHADES).flatMap((shade) => Array(12).fill(shade));
  box.setAttribute("color", new THREE.Float32BufferAttribute(shades, 3));
  return box;
};

const strokes = (points) => {
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
  return new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ color: 0x1f2933 }));
};

const blocksOf = (data) => {
  const count = data.id.length;
  const blows = (n) => data.kinds[data.kind[n]] === "crah";
  const box = shadedBox();
  const material = new THREE.MeshBasicMaterial({ vertexColors: true });
  const boxes = new THREE.InstancedMesh(box, material, count);
  const plates = new THREE.InstancedMesh(box, material, count + data.halls.length);
  const matrix = new THREE.Matrix4();
  const area = new THREE.Box3();
  const shown = new Uint8Array(count).fill(1);

  const place = (n) => {
    const s = shown[n] ? 1 : 0;
    matrix.makeScale(data.w[n] * s, data.d[n] * s, data.h[n] * s);
    matrix.setPosition(data.x[n], data.y[n], data.z[n] + data.h[n] / 2);
    boxes.setMatrixAt(n, matrix);
  };
  /* A dark band where equipment looks, a blue face where it blows. */
  const front = (n) => {
    const s = shown[n] ? 1 : 0;
    const across = data.front[n] % 2;
    const tall = blows(n) ? 0.8 : 0.16;
    const [east, north] = NORTH_EAST[data.front[n]];
    const wide = across ? THICK_M : 0.8 * data.w[n];
    const deep = across ? 0.8 * data.d[n] : THICK_M;
    matrix.makeScale(s * wide, s * deep, s * tall * data.h[n]);
    matrix.setPosition(data.x[n] + east * data.w[n] / 2, data.y[n] + north * data.d[n] / 2,
      data.z[n] + data.h[n] * (blows(n) ? 0.5 : BAND));
    plates.setMatrixAt(n, matrix);
  };
  const reach = (x, y, z) => area.expandByPoint(new THREE.Vector3(x, y, z));
  for (let n = 0; n < count; n++) {
    place(n);
    front(n);
    plates.setColorAt(n, new THREE.Color(blows(n) ? AIR : INK));
    for (const side of [-0.5, 0.5])
      reach(data.x[n] + side * data.w[n], data.y[n] + side * data.d[n],
        data.z[n] + (0.5 + side) * data.h[n]);
  }
  const lines = [];
  data.halls.forEach(([, x, y, z, w, d, h], k) => {
    matrix.makeScale(w, d, THICK_M);
    matrix.setPosition(x + w / 2, y + d / 2, z - 0.02 - THICK_M / 2);
    plates.setMatrixAt(count + k, matrix);
    plates.setColorAt(count + k, new THREE.Color(FLOOR));
    const corner = (i) => [x + (i & 1 ? w : 0), y + (i & 2 ? d : 0), z + (i & 4 ? h : 0)];
    for (const [a, b] of WALLS) lines.push(...corner(a), ...corner(b));
    reach(x, y, z);
    reach(x + w, y + d, z + h);
  });
  /* Show those that are wanted; how many they are. */
  const reveal = (wanted) => {
    for (let n = 0; n < count; n++) {
      shown[n] = wanted(n) ? 1 : 0;
      place(n);
      front(n);
    }
    boxes.instanceMatrix.needsUpdate = plates.instanceMatrix.needsUpdate = true;
    boxes.computeBoundingSphere();
    return shown.reduce((a, b) => a + b, 0);
  };
  return { boxes, plates, walls: strokes(lines), area, shown, reveal };
};

/* The edges of a box around what is picked. */
const frameOf = (data) => {
  const edges = new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1));
  const frame = new THREE.LineSegments(edges, new THREE.LineBasicMaterial({ color: 0x000000 }));
  const stand = (n) => {
    frame.visible = n >= 0;
    if (n < 0) return;
    frame.scale.set(data.w[n] + 0.06, data.d[n] + 0.06, data.h[n] + 0.06);
    frame.position.set(data.x[n], data.y[n], data.z[n] + data.h[n] / 2);
  };
  stand(-1);
  return { frame, stand };
};
