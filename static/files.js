// The files that a person opens or drops, and those in a folder that a pipeline can be made of.

import { checked } from "./link.js";

/** Of a folder: names that are looked into, and folders that are not. */
const LIKELY = /\.(ya?ml|toml|sh|bash|groovy|jenkinsfile|dockerfile|containerfile)$|^(Docker|Container|Jenkins)file/i;
const PASSED_OVER = /^(\.git|\.venv|node_modules|target|vendor)$/;

/** At most so many files are taken from folders, from so many that are there, each of so many bytes. */
const MOST_TAKEN = 100;
const MOST_SEEN = 10_000;
const MOST_BYTES = 1 << 20;

/** A file that a person names may have so many bytes; one with more is no configuration. */
const MOST_NAMED = 32 << 20;

const list = (folder) => {
  const reader = folder.createReader();
  return new Promise((resolve, reject) => {
    const all = [];
    // A reader gives a part of a folder at a time, and nothing at its end.
    const more = () => reader.readEntries((some) => (some.length ? (all.push(...some), more()) : resolve(all)), reject);
    more();
  });
};

const inFolder = async function* (folder, path) {
  const entries = await list(folder);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const at = path ? `${path}/${entry.name}` : entry.name;
    if (entry.isFile) yield { path: at, entry };
    else if (!PASSED_OVER.test(entry.name)) yield* inFolder(entry, at);
  }
};

const text = async (file) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await file.arrayBuffer());

/**
 * The texts of what was picked or dropped: `{files: [{path, text, found}], notice}`. `found` says that it is from a folder,
 * and that nobody named it.
 */
const read = async (named, folders) => {
  const files = [];
  const left = [];
  for (const file of named) {
    if (file.name.endsWith(".daemonless.json")) {
      const saved = await text(file).then(JSON.parse).then(checked).catch(() => null);
      if (saved?.files.length) files.push(...saved.files);
      else left.push(`${file.name} is damaged: it is not what this page saves.`);
    } else if (file.size > MOST_NAMED) left.push(`${file.name} has over 32 MB, which is no configuration.`);
    else files.push({ path: file.name, text: await text(file), found: false });
  }
  let taken = 0;
  for (const folder of folders) {
    let seen = 0;
    for await (const { path, file } of folder) {
      if (++seen > MOST_SEEN || taken === MOST_TAKEN) {
        left.push(`Of this folder the first ${taken} files are open that a pipeline can be made of; there are more.`);
        break;
      }
      if (!LIKELY.test(path.split("/").at(-1))) continue;
      const content = await file();
      if (content.size > MOST_BYTES) continue;
      files.push({ path, text: await text(content), found: true });
      taken += 1;
    }
  }
  if (folders.length && !files.length) left.push("Nothing in this folder has the name of a pipeline's file.");
  return { files, notice: left.join(" ") };
};

/** What was dropped. It is gone when the event is, so all of it is noted first. */
export const dropped = ({ items }) => {
  const entries = [...items].filter(({ kind }) => kind === "file").map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  const named = entries.filter(([entry, file]) => file && !entry?.isDirectory).map(([, file]) => file);
  const folder = async function* (top) {
    for await (const { path, entry } of inFolder(top, "")) {
      yield { path, file: () => new Promise((resolve, reject) => entry.file(resolve, reject)) };
    }
  };
  return read(named, entries.filter(([entry]) => entry?.isDirectory).map(([entry]) => folder(entry)));
};

/** What was picked: files, or the files of a folder. */
export const picked = (list) => {
  const all = [...list];
  if (!all[0]?.webkitRelativePath) return read(all, []);
  const folder = async function* () {
    const byPath = (a, b) => (a.webkitRelativePath < b.webkitRelativePath ? -1 : 1);
    for (const file of all.sort(byPath)) {
      const path = file.webkitRelativePath.split("/").slice(1);
      if (!path.some((part) => PASSED_OVER.test(part))) yield { path: path.join("/"), file: async () => file };
    }
  };
  return read([], [folder()]);
};
