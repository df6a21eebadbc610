// Rewrites texts beside the page: no key press waits for it, and the first verdict neither.
import init, { rewrite } from "./daemonless-wasm.js";

// The first message says that nothing more is asked for.
const ready = init().then(() => postMessage(null));

onmessage = async ({ data: { files, context, builder } }) => {
  try {
    await ready;
    postMessage(rewrite(files, context, 0, builder));
  } catch (error) {
    // Told to the page as an error of the worker.
    setTimeout(() => { throw error; });
  }
};
