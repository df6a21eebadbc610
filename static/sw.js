// Keeps the whole page for when there is no network: all files of one build, or none of them. The build writes into it what
// there is and which build it is, so that another build is another script.
const BUILD = { version: "", files: [] };
const NAME = `daemonless ${BUILD.version}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(BUILD.files)));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("daemonless ") && name !== NAME;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || new URL(url).origin !== location.origin) return;
  const kept = caches.open(NAME).then((cache) => cache.match(event.request, { ignoreSearch: true, ignoreVary: true }));
  event.respondWith(kept.then((kept) => kept ?? fetch(event.request)));
});

// A newer build waits until the person has it take over.
addEventListener("message", ({ data }) => {
  if (data === "take over") skipWaiting();
});
