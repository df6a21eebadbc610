// Starts the page. A file of its own, so that the security policy needs no exception for scripts inside the page.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* Storage is switched off: the theme is the system's. */ }

// All is asked for once, at the start, whatever the text will be, and the first verdict waits for none of it.
const get = async (file) => {
  const response = await fetch(file, { priority: "low" });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
};
const text = (file) => get(file).then((response) => response.text());

// The whole analysis: what makes a worker that holds it. Each is made from what is here already, so one more is no request.
const load = async () => {
  const [script, answers, program] = await Promise.all([
    text("daemonless-wasm.js"),
    text("worker.js"),
    get("daemonless-wasm_bg.wasm").then((response) => response.arrayBuffer()).then(WebAssembly.compile),
  ]);
  const address = URL.createObjectURL(new Blob([script, answers], { type: "text/javascript" }));
  return () => {
    const worker = new Worker(address);
    worker.postMessage(program);
    return worker;
  };
};

globalThis.whole = load().catch(() => null);
globalThis.texts = get("texts.json").then((response) => response.json()).catch(() => null);

const { js, wasm } = document.getElementById("boot").dataset;
const { default: init } = await import(js);
await init({ module_or_path: wasm });
