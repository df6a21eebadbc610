// Which words of a text are coloured how: the languages of the formats, and one style for all of them.

import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { groovy } from "@codemirror/legacy-modes/mode/groovy";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { tags } from "@lezer/highlight";

// These read line by line: no text is too broken for them, and none too deep.
const LANGUAGES = {
  dockerfile: StreamLanguage.define(dockerFile),
  "gitlab-runner": StreamLanguage.define(toml),
  jenkinsfile: StreamLanguage.define(groovy),
  shell: StreamLanguage.define(shell),
  unknown: [],
};
const YAML = StreamLanguage.define(yaml);

// Longer texts stay plain: colours are no help in them, and each key would have to wait for them.
const MOST = 2 << 20;

/** The extension that colours a text of so many letters, of the format of this id. Most formats are YAML. */
export function languageOf(format, length) {
  return length > MOST ? [] : (LANGUAGES[format] ?? YAML);
}

// The colours are the page's, so that they follow its theme.
export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.comment, tags.meta], color: "var(--s-comment)" },
    { tag: [tags.keyword, tags.atom, tags.propertyName, tags.definition(tags.variableName)], color: "var(--s-key)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--s-string)" },
    { tag: [tags.number, tags.bool, tags.standard(tags.variableName)], color: "var(--s-value)" },
  ]),
);
