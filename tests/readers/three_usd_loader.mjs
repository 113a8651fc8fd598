// What three's USDLoader makes of a flattened scene: meshes, and where named components stand.
//
//   npm install three@0.187.0
//   node tests/readers/three_usd_loader.mjs SCENE/facility_web.usdc compute_r1,ups_1
//
// Prints one JSON document; coordinates are the scene's (metres, Z up).
import { readFileSync } from "node:fs";

globalThis.self = globalThis;
const { USDLoader } = await import("three/examples/jsm/loaders/USDLoader.js");
const { Box3, Vector3 } = await import("three");

const bytes = readFileSync(process.argv[2]);
const wanted = new Set((process.argv[3] ?? "").split(","));
const scene = new USDLoader().parse(
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
);
scene.updateMatrixWorld(true);

let meshes = 0;
const components = {};
scene.traverse((one) => {
  if (one.isMesh) meshes += 1;
  if (wanted.has(one.name)) {
    const middle = new Box3().setFromObject(one).getCenter(new Vector3());
    components[one.name] = [middle.x, -middle.z, middle.y];
  }
});
console.log(JSON.stringify({ meshes, components, animations: scene.animations.length }));
