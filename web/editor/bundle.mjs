// Bundles the editor into one file of the page. Trunk calls this with each build; see Trunk.toml.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

await build({
  entryPoints: [here("element.js")],
  outfile: `${process.env.TRUNK_STAGING_DIR}/editor.js`,
  bundle: true,
  format: "esm",
  target: "es2022",
  // Names and blanks go when the page is finished, with those of its other scripts.
  minifySyntax: true,
  banner: { js: "/*! With CodeMirror (codemirror.net), by Marijn Haverbeke and others, under the MIT licence. */" },
  logLevel: "warning",
});
