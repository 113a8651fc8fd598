/* The block of data in the page, unpacked: a scene, and one array of bytes a quantity. */
const bytesOf = (text) => {
  const letters = atob(text);
  const out = new Uint8Array(letters.length);
  for (let n = 0; n < out.length; n++) out[n] = letters.charCodeAt(n);
  return out;
};

const inflated = async (text) => {
  const stream = new Blob([bytesOf(text)]).stream();
  const plain = stream.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
};

/* Begins at once; what it promises is [data, frames]. */
const unpacked = async () => {
  const held = JSON.parse($("v-data").textContent);
  const [scene, ...frames] = await Promise.all([held.scene, ...held.frames].map(inflated));
  return [JSON.parse(new TextDecoder().decode(scene)), frames];
};
