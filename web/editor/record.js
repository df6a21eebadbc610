// What was typed before the editor came: its history begins with it.

import { history, historyField } from "@codemirror/commands";
import { EditorState, Text, Transaction } from "@codemirror/state";

const lines = (text) => Text.of(text.split("\n"));

/**
 * The extension that keeps the history of a text, beginning with the edits that made it, oldest first. An edit is
 * `{at, removed, inserted, time}`, its place in UTF-16 units, its time in milliseconds.
 */
export function historyOf(text, edits) {
  if (edits.length === 0) return history();
  let doc = lines(text);
  for (const { at, removed, inserted } of edits.toReversed()) {
    doc = doc.replace(at, at + inserted.length, lines(removed));
  }
  let state = EditorState.create({ doc, extensions: history() });
  for (const { at, removed, inserted, time } of edits) {
    state = state.update({
      changes: { from: at, to: at + removed.length, insert: lines(inserted) },
      selection: { anchor: at + inserted.length },
      userEvent: inserted === "" ? "delete" : "input.type",
      annotations: Transaction.time.of(time),
    }).state;
  }
  return [history(), historyField.init(() => state.field(historyField))];
}
