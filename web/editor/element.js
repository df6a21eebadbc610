// The editor that takes the text area's place: an element that has the text area's own names (`value`,
// `selectionStart`, `setRangeText`, …), so that the page speaks to both alike.

import { defaultKeymap, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { colours, languageOf } from "./languages.js";
import { marks, replace, setMarks } from "./marks.js";
import { historyOf } from "./record.js";
import { theme } from "./theme.js";

// A longer text is told to the page when the keyboard rests for a moment: to copy it takes longer than a key press may.
const LARGE = 1 << 18;
const REST = 300;

class CodeEditor extends HTMLElement {
  #language = new Compartment();
  #format = "unknown";
  #view;
  #told;
  #resting;
  // The text that is shown, and what those that were shown before looked like.
  #id = 0;
  #others = new Map();
  // Whether Tab leaves the editor: until one types, and again after Esc and at a finding that one was led to.
  #tabLeaves = true;

  connectedCallback() {
    if (this.#view) return;
    // In a shadow tree its styles need no exception in the page's security policy.
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const hint = document.createElement("p");
    hint.id = "hint";
    hint.hidden = true;
    hint.textContent = this.getAttribute("hint");
    root.append(hint);
    this.#view = new EditorView({ root, parent: root, state: this.#state("", []) });
    this.#told = this.#view.state.doc;
  }

  disconnectedCallback() {
    clearTimeout(this.#resting);
    this.#tell();
    this.#view?.destroy();
    this.#view = undefined;
  }

  #state(doc, edits) {
    return EditorState.create({
      doc,
      extensions: [
        historyOf(doc, edits),
        keymap.of([
          { key: "Tab", run: (view) => !this.#tabLeaves && indentMore(view), shift: (view) => !this.#tabLeaves && indentLess(view) },
          ...searchKeymap,
          ...historyKeymap,
          // Esc leads on, to the verdict.
          ...defaultKeymap.filter((binding) => binding.key !== "Escape"),
        ]),
        search({ top: true }),
        marks,
        lineNumbers(),
        highlightSpecialChars(),
        placeholder(this.getAttribute("placeholder")),
        this.#language.of(languageOf(this.#format, doc.length)),
        colours,
        theme,
        EditorView.contentAttributes.of({ "aria-label": this.getAttribute("label"), "aria-describedby": "hint", tabindex: "0" }),
        EditorView.domEventHandlers({
          focus: () => void (this.#tabLeaves = true),
          // Another text may be shown next.
          blur: () => void (clearTimeout(this.#resting), this.#tell()),
          keydown: ({ key }) => {
            if (!["Tab", "Shift", "F8"].includes(key)) this.#tabLeaves = key === "Escape";
          },
          // Files are the page's to open.
          drop: (event) => event.dataTransfer?.files.length > 0,
        }),
        EditorView.updateListener.of((update) => this.#updated(update)),
      ],
    });
  }

  #updated({ docChanged, transactions, state }) {
    if (docChanged) {
      clearTimeout(this.#resting);
      if (state.doc.length > LARGE) this.#resting = setTimeout(() => this.#tell(), REST);
      else this.#tell();
    } else if (transactions.some((transaction) => transaction.isUserEvent("select"))) {
      this.dispatchEvent(new Event("caret"));
    }
  }

  /** Tells the page of a new text. */
  #tell() {
    if (!this.#view || this.#isTold) return;
    this.#told = this.#view.state.doc;
    this.dispatchEvent(new Event("edit"));
  }

  get #isTold() {
    return this.#told === this.#view.state.doc;
  }

  get value() {
    return this.#view.state.doc.toString();
  }

  /** Another text, with no history. */
  set value(text) {
    this.before = { value: text, edits: [], start: 0, end: 0 };
  }

  /** The text of that id: as it was when it was last shown here, if it is the same still. */
  show(id, text) {
    if (id !== this.#id) {
      const { state, scrollDOM } = this.#view;
      this.#others.set(this.#id, { state, format: this.#format, top: scrollDOM.scrollTop });
      this.#id = id;
    }
    const known = this.#others.get(id);
    this.#others.delete(id);
    clearTimeout(this.#resting);
    if (known?.state.doc.toString() !== text) {
      this.value = text;
      return;
    }
    this.#format = known.format;
    this.#view.setState(known.state);
    this.#told = known.state.doc;
    this.scrollTop = known.top;
  }

  /** What was there before: `{value, edits, start, end}`, for the edits see `historyOf`. */
  set before({ value, edits, start, end }) {
    const state = this.#state(value, edits);
    const within = (at) => Math.min(at, state.doc.length);
    this.#view.setState(state.update({ selection: { anchor: within(start), head: within(end) } }).state);
    this.#told = this.#view.state.doc;
  }

  /** Id of the format, which tells the language. */
  set format(id) {
    if (id === this.#format) return;
    this.#format = id;
    this.#view.dispatch({ effects: this.#language.reconfigure(languageOf(id, this.#view.state.doc.length)) });
  }

  /** The findings of the text that the page was last told of; see `setMarks`. */
  set marks(marks) {
    if (this.#isTold) this.#view.dispatch({ effects: setMarks.of(marks) });
  }

  get selectionStart() {
    return this.#view.state.selection.main.from;
  }

  get selectionEnd() {
    return this.#view.state.selection.main.to;
  }

  setSelectionRange(start, end) {
    const { length } = this.#view.state.doc;
    const [anchor, head] = [Math.min(start, length), Math.min(end, length)];
    this.#view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.#tabLeaves = true;
  }

  /** One step that can be undone. It is for the text that the page was last told of. */
  setRangeText(text, start, end) {
    if (this.#isTold) replace(this.#view, start, end, text);
  }

  get scrollTop() {
    return this.#view.scrollDOM.scrollTop;
  }

  set scrollTop(top) {
    // By its line: what was never seen has no height yet.
    const { lineHeight, paddingTop } = getComputedStyle(this.#view.contentDOM);
    const height = parseFloat(lineHeight);
    const line = Math.min(Math.floor(top / height) + 1, this.#view.state.doc.lines);
    const yMargin = parseFloat(paddingTop) + (line - 1) * height - top;
    const at = this.#view.state.doc.line(line).from;
    this.#view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "start", yMargin }) });
  }

  get scrollLeft() {
    return this.#view.scrollDOM.scrollLeft;
  }

  set scrollLeft(left) {
    this.#view.scrollDOM.scrollLeft = left;
  }

  get scrollHeight() {
    return this.#view.contentHeight;
  }

  get clientHeight() {
    return this.#view.scrollDOM.clientHeight;
  }

  focus() {
    this.#view.focus();
  }
}

customElements.define("code-editor", CodeEditor);
