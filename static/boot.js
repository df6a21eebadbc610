// Starts the page. A file of its own, so that the security policy needs no exception for scripts inside the page.
import { dropped, picked } from "./files.js";
import { checked, read, write } from "./link.js";

const get = async (file, priority = "high") => {
  const response = await fetch(file, { priority });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
};

// Everything is asked for once, at the start, whatever the text will be: workers are made from what is here already.
const answers = get("worker.js").then((response) => response.text());

// What makes a worker that holds this part of the analysis.
const part = async (name, priority) => {
  const [script, program, answer] = await Promise.all([
    get(`${name}.js`, priority).then((response) => response.text()),
    get(`${name}_bg.wasm`, priority).then((response) => response.arrayBuffer()).then(WebAssembly.compile),
    answers,
  ]);
  const address = URL.createObjectURL(new Blob([script, answer], { type: "text/javascript" }));
  return () => {
    const worker = new Worker(address);
    worker.postMessage(program);
    return worker;
  };
};

// What a verdict needs comes first, then the page's own program, then what no verdict waits for.
const first = part("daemonless-first").catch(() => null);
const then = (before, load) => before.then(load).catch(() => null);
const { js, wasm } = document.getElementById("boot").dataset;
const program = then(first, () => Promise.all([import(js), get(wasm)]));
const whole = then(program, () => part("daemonless-wasm", "low"));
const texts = then(program, () => get("texts.json", "low").then((response) => response.json()));

// The text area is there before the page's program. Until that has come, what is in the text area is read here, and the
// sentence is told and nothing else. The program takes over what was typed meanwhile, and the answer with it.
const editor = document.getElementById("editor");
const verdict = document.getElementById("verdict");
const remembered = () => {
  try {
    return checked(JSON.parse(localStorage.getItem("work")));
  } catch {
    return null;
  }
};
const readLink = (hash) => read(hash).catch(({ message }) => ({ files: [], wrong: message }));
const held = await readLink(location.hash) ?? remembered();
const files = held?.files.length ? held.files : [{ path: "", text: editor.value }];
const early = { ...held, files, edits: [], report: null };
editor.value = files[0].text;
editor.addEventListener("input", () => {
  files[0].text = editor.value;
  early.edits.push([Date.now(), editor.value]);
});

const tell = ({ format, risk, headline }) => {
  const level = document.getElementById(`m-${risk}`).dataset.level;
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", `mark ${risk}`);
  mark.setAttribute("aria-hidden", "true");
  mark.appendChild(document.createElementNS(mark.namespaceURI, "use")).setAttribute("href", `#m-${risk}`);
  const above = Object.assign(document.createElement("p"), { className: `level ${risk}` });
  above.append(mark, level);
  const status = verdict.querySelector("[role=status]");
  status.textContent = `${level}. ${headline}`;
  const sentence = Object.assign(document.createElement("h1"), { id: "headline" });
  sentence.textContent = headline.replaceAll("`", "");
  Object.assign(verdict.dataset, { format, risk });
  verdict.replaceChildren(status, above, sentence);
};

const listen = async () => {
  const worker = (await first)?.();
  if (!worker) return null;
  let [idle, asked] = [false, []];
  const ask = () => {
    const known = files.every(({ text }, at) => text === asked[at]?.text);
    if (!idle || known || !files.some(({ text }) => text.trim())) return;
    [idle, asked] = [false, files.map((file) => ({ ...file, path: file.path || "pasted" }))];
    worker.postMessage(["analyze", asked, early.context ?? {}]);
  };
  // The first message lists the formats; each other one is an answer.
  worker.onmessage = ({ data: { files: reports } }) => {
    idle = true;
    if (reports?.[0]?.headline) {
      early.report = { of: asked[0].text, report: reports[0] };
      tell(reports[0]);
    }
    ask();
  };
  editor.addEventListener("input", ask);
  return worker;
};
const worker = listen();

// Kept for when there is no network, once all is there. Where nothing can be kept, as in a frame without storage, the page
// needs its server the next time.
const keep = async () => {
  const { serviceWorker } = navigator;
  await Promise.all([whole, texts]);
  const kept = await serviceWorker.register("sw.js");
  const tell = () => kept.waiting && serviceWorker.controller && dispatchEvent(new Event("newer"));
  const watch = () => kept.installing?.addEventListener("statechange", tell);
  kept.addEventListener("updatefound", watch);
  watch();
  tell();
  return () => {
    serviceWorker.addEventListener("controllerchange", () => location.reload());
    kept.waiting?.postMessage("take over");
  };
};
const kept = keep().catch(() => null);

globalThis.daemonless = {
  first, whole, texts, early,
  dropped, picked,
  readLink,
  writeLink: write,
  editor: () => import("./editor.js"),
  /** Has a newer build of the page take over. */
  renew: () => kept.then((renew) => renew?.()),
  /** The page's program is there: what was begun here is its own from now on. */
  take: () => void worker.then((worker) => worker?.terminate()),
};
const [own, response] = (await program) ?? [];
if (own) await own.default({ module_or_path: response });
