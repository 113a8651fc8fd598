/* The canvas in the page, and the renderer that draws on it. */
const canvasOf = () => {
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label",
    "3-D view: arrow keys turn it, plus and minus come nearer and go away");
  $("v-canvas").append(canvas);
  return canvas;
};

/* Wide and high in dots, after the page has given it its place. */
const fitted = (canvas) => {
  const wide = $("v-canvas").clientWidth || 900;
  const high = Math.round(wide * 0.58);
  const dots = Math.min(2, window.devicePixelRatio || 1);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  return [Math.round(wide * dots), Math.round(high * dots)];
};

const rendererOf = (canvas) => {
  const antialias = (window.devicePixelRatio || 1) < 2;
  const renderer = new THREE.WebGLRenderer({ canvas, antialias, preserveDrawingBuffer: true });
  renderer.debug.checkShaderErrors = false;
  return renderer;
};
