// The findings in the text: underlines, marks beside the lines, and what one reads on pointing at them.

import { RangeSet, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { closeHoverTooltips, Decoration, EditorView, GutterMarker, gutter, gutterLineClass, hasHoverTooltips, hoverTooltip, keymap } from "@codemirror/view";

// Worst first.
const SEVERITIES = ["critical", "high", "medium", "low"];
// A finding on more lines than this is underlined on its first ones.
const TALLEST = 40;
// More underlines than this are not drawn.
const MOST = 4_000;
// More findings than this are not told at one place.
const MOST_TOLD = 5;

const rank = ({ severity }) => SEVERITIES.indexOf(severity);

/**
 * Shows other findings: `{findings, mine}`. A finding is `{index, severity, rule, message, line, column, endLine,
 * endColumn, fixes}`, with lines and columns from 1, columns in UTF-16 units; a fix is `{reason, start, end, text}`.
 * `mine` has the first and the last line of the chosen job, 0 if there is none.
 */
export const setMarks = StateEffect.define();

const field = StateField.define({
  create: () => ({ parts: Decoration.none, lines: RangeSet.empty, mine: null, doc: null }),
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) return placed(transaction.newDoc, effect.value);
    }
    if (!transaction.docChanged) return marks;
    const { changes } = transaction;
    return {
      parts: marks.parts.map(changes),
      lines: marks.lines.map(changes),
      mine: marks.mine?.map((at) => changes.mapPos(at)) ?? null,
      // Fixes are for the text as it was.
      doc: null,
    };
  },
  provide: (field) => [
    EditorView.decorations.from(field, (marks) => marks.parts),
    gutterLineClass.from(field, (marks) => marks.lines),
  ],
});

class Hit extends GutterMarker {
  elementClass = "hit";
}
const HIT = new Hit();

function placed(doc, { findings, mine }) {
  const parts = [];
  const lines = new Set();
  for (const finding of findings) {
    const decoration = Decoration.mark({ class: `finding ${finding.severity}`, finding });
    const last = Math.min(finding.endLine, finding.line + TALLEST, doc.lines);
    for (let number = finding.line; number <= last && parts.length < MOST; number++) {
      const line = doc.line(number);
      // What began on an earlier line leaves the indentation alone.
      const start = number === finding.line ? finding.column - 1 : line.text.search(/\S|$/);
      const end = number === finding.endLine ? finding.endColumn - 1 : line.length;
      const [from, to] = [Math.min(start, line.length), Math.min(end, line.length)];
      if (from < to) parts.push(decoration.range(line.from + from, line.from + to));
      lines.add(line.from);
    }
  }
  const hits = [...lines].sort((a, b) => a - b).map((at) => HIT.range(at));
  const within = (line) => Math.min(Math.max(line, 1), doc.lines);
  return {
    parts: Decoration.set(parts, true),
    lines: RangeSet.of(hits),
    mine: mine[0] > 0 ? [doc.line(within(mine[0])).from, doc.line(within(mine[1])).to] : null,
    doc,
  };
}

/** The findings between two places, worst first, each once. */
function findingsAt(state, from, to) {
  const found = new Set();
  state.field(field).parts.between(from, to, (_from, _to, { spec }) => void found.add(spec.finding));
  return [...found].sort((a, b) => rank(a) - rank(b) || a.index - b.index);
}

// Only lines that are seen are looked at.
const lineColours = EditorView.decorations.of((view) => {
  const { lines, mine } = view.state.field(field);
  const builder = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const classes = [];
      lines.between(line.from, line.from, () => void classes.push("hit"));
      if (mine && mine[0] <= line.from && line.from <= mine[1]) classes.push("mine");
      if (classes.length > 0) builder.add(line.from, line.from, Decoration.line({ class: classes.join(" ") }));
      at = line.to + 1;
    }
  }
  return builder.finish();
});

/** The page's own mark of a severity. */
function icon(severity) {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", `mark ${severity}`);
  mark.setAttribute("viewBox", "0 0 20 20");
  mark.setAttribute("aria-hidden", "true");
  // A reference would not reach out of the shadow tree.
  const drawn = document.getElementById(`m-${severity}`)?.childNodes ?? [];
  mark.append(...[...drawn].map((node) => node.cloneNode(true)));
  return mark;
}

class Mark extends GutterMarker {
  constructor(finding) {
    super();
    this.finding = finding;
  }

  eq(other) {
    return this.finding.index === other.finding.index && this.finding.severity === other.finding.severity;
  }

  toDOM() {
    const mark = element("span", "explain", icon(this.finding.severity));
    // The page leads to the finding.
    mark.dataset.explain = this.finding.index;
    return mark;
  }
}

const beside = gutter({
  class: "marks",
  lineMarker(view, line) {
    const [worst] = findingsAt(view.state, line.from, line.to);
    return worst ? new Mark(worst) : null;
  },
  lineMarkerChange: (update) => update.startState.field(field) !== update.state.field(field),
});

function element(name, className, ...content) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...content);
  return element;
}

/** A sentence, its parts in backticks as code. */
function sentence(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? element("code", "", part) : part));
}

function button(className, ...content) {
  const made = element("button", className, ...content);
  made.type = "button";
  return made;
}

/** What a finding says, and what can be done about it. */
function told(view, finding, isFresh) {
  const explain = button("link", "Explain");
  explain.dataset.explain = finding.index;
  const actions = element("p", "actions", explain);
  for (const fix of isFresh() ? finding.fixes : []) {
    const apply = button("link", "Apply: ", ...sentence(fix.reason));
    apply.addEventListener("click", () => {
      if (!isFresh()) return;
      replace(view, fix.start, fix.end, fix.text);
      view.focus();
    });
    actions.append(apply);
  }
  const word = element("b", finding.severity, finding.severity);
  return element(
    "div",
    "told",
    element("p", "id", icon(finding.severity), word, " ", element("code", "", finding.rule)),
    element("p", "", ...sentence(finding.message)),
    actions,
  );
}

const onPointing = hoverTooltip((view, pos) => {
  const findings = findingsAt(view.state, pos, pos);
  if (findings.length === 0) return null;
  let [from, to] = [pos, pos];
  view.state.field(field).parts.between(pos, pos, (start, end) => {
    [from, to] = [Math.min(from, start), Math.max(to, end)];
  });
  const { doc } = view.state.field(field);
  const isFresh = () => doc !== null && view.state.field(field).doc === doc;
  const create = () => ({ dom: element("div", "", ...findings.slice(0, MOST_TOLD).map((finding) => told(view, finding, isFresh))) });
  return { pos: from, end: to, above: true, create };
});

// What appears on pointing can be sent away without moving the pointer.
const dismiss = {
  key: "Escape",
  run(view) {
    const shown = hasHoverTooltips(view.state);
    if (shown) view.dispatch({ effects: closeHoverTooltips });
    return shown;
  },
};

/** Puts a text in the place of a part, as one step that can be undone. */
export function replace(view, start, end, text) {
  const insert = view.state.toText(text);
  view.dispatch({
    changes: { from: start, to: end, insert },
    selection: { anchor: start, head: start + insert.length },
    scrollIntoView: true,
    userEvent: "input.fix",
  });
}

export const marks = [field, lineColours, beside, onPointing, keymap.of([dismiss])];
