// Starts the page. A file of its own, so that the security policy needs no exception for scripts inside the page.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* Storage is switched off: the theme is the system's. */ }

// The long texts: asked for now, so that nothing is asked for later, and waited for by no verdict.
globalThis.texts = fetch("texts.json", { priority: "low" }).then((response) => response.json()).catch(() => null);

// The richer editor, when the page asks for it.
globalThis.loadEditor = () => import("./editor.js");

const { js, wasm } = document.getElementById("boot").dataset;
const { default: init } = await import(js);
await init({ module_or_path: wasm });
