// The whole analysis, beside the page: this stands behind its script in a worker of its own. The first message brings its
// program, and is answered by the formats that it reads; each other one is a call, and is answered by what it returns.
// What it throws reaches the page as an error of the worker.
onmessage = ({ data }) => {
  if (data instanceof WebAssembly.Module) {
    wasm_bindgen.initSync({ module: data });
    postMessage(wasm_bindgen.formats());
  } else {
    const [name, ...given] = data;
    postMessage(wasm_bindgen[name](...given));
  }
};
