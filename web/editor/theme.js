// How the editor looks: the page's own colours, sizes and shapes, which reach it as custom properties.

import { EditorView } from "@codemirror/view";

const underline = (style, severity) => ({ borderBottom: `2px ${style} var(--r-${severity})` });
const severities = ["critical", "high", "medium", "low"];

export const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", maxHeight: "var(--editor-most)" },
  "&.cm-focused": { outline: "none" },
  // Over the lines and what stands beside them.
  "&.cm-focused::after": { content: "''", position: "absolute", inset: "0", border: "3px solid var(--you)", boxShadow: "inset 0 -3px 0 var(--ink)", pointerEvents: "none", zIndex: "300" },
  ".cm-scroller": { fontFamily: "inherit", fontSize: "inherit", lineHeight: "inherit", overflow: "auto", minHeight: "var(--editor-least)" },
  ".cm-content": { padding: "0.75rem 1rem 0.75rem 0", caretColor: "var(--ink)", tabSize: "8" },
  ".cm-line": { padding: "0 0 0 0.5rem" },
  ".cm-placeholder": { color: "var(--ink3)" },
  ".cm-specialChar": { color: "var(--r-high)" },
  ".cm-line.hit, .cm-gutterElement.hit": { backgroundColor: "var(--you-tint)" },
  ".cm-line.mine": { boxShadow: "inset 3px 0 0 var(--you), inset 4px 0 0 var(--you-edge)" },

  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--ink3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.125rem", minWidth: "1.75rem" },
  ".cm-lineNumbers .cm-gutterElement.hit": { color: "var(--ink)", fontWeight: "700" },
  ".marks .cm-gutterElement": { minWidth: "1.875rem", padding: "0 0.25rem 0 0.625rem", display: "flex", alignItems: "center" },
  ".explain": { cursor: "pointer" },
  ".mark": { width: "1rem", height: "1rem", display: "block", flex: "none" },
  ...Object.fromEntries(severities.map((severity) => [`.mark.${severity}, b.${severity}`, { color: `var(--r-${severity})` }])),

  ".finding": { paddingBottom: "1px" },
  ".finding.critical": underline("solid", "critical"),
  ".finding.high": underline("solid", "high"),
  ".finding.medium": underline("dashed", "medium"),
  ".finding.low": underline("dotted", "low"),
  // Where two lie over each other the worse one is seen.
  ".critical .finding, .high .finding:not(.critical), .medium .finding.low, .finding.medium .finding.medium": { borderBottomColor: "transparent" },

  ".cm-tooltip": {
    backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)", borderLeft: "4px solid var(--ink)",
    maxWidth: "min(34rem, 90vw)", maxHeight: "60vh", overflow: "auto", font: "400 1rem/1.5 var(--text)", zIndex: "3",
  },
  ".told": { padding: "0.5rem 0.75rem" },
  ".told + .told": { borderTop: "1px solid var(--hair)" },
  ".told p": { margin: "0" },
  ".told code": { fontFamily: "var(--code)", fontSize: "0.86em" },
  ".told .id": { display: "flex", gap: "0.5rem", alignItems: "center", font: "700 1rem/1.375rem var(--sign)" },
  ".told .id code": { fontWeight: "400", color: "var(--ink2)" },
  ".told .actions": { display: "flex", flexDirection: "column", alignItems: "start", gap: "0.125rem", paddingTop: "0.25rem" },
  ".link": {
    font: "400 1rem/1.375rem var(--sign)", color: "inherit", background: "none", border: "0", padding: "0", minHeight: "var(--target)",
    textAlign: "start", textDecoration: "underline 1px", textUnderlineOffset: "3px", cursor: "pointer",
  },
  ".link:hover": { textDecorationThickness: "2px" },
  ".link:focus-visible, .cm-panel :focus-visible": { outline: "3px solid var(--you)", boxShadow: "0 3px 0 3px var(--ink)" },

  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.625rem", font: "400 1rem/1.5rem var(--sign)", display: "flex", flexWrap: "wrap", gap: "0.25rem 0.75rem", alignItems: "center" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "0.25rem", minHeight: "var(--target)", fontSize: "inherit", margin: "0" },
  ".cm-panel.cm-search input[type=checkbox]": { margin: "0" },
  ".cm-panel .cm-textfield": { font: "400 0.9375rem/1.25rem var(--code)", color: "var(--ink)", backgroundColor: "var(--sunk)", border: "1px solid var(--line)", borderRadius: "0", padding: "0.1875rem 0.375rem", minHeight: "var(--target)", margin: "0" },
  ".cm-panel .cm-button": { font: "700 0.9375rem/1 var(--sign)", color: "var(--ink)", background: "none", border: "0", borderBottom: "2px solid var(--ink)", borderRadius: "0", padding: "0.25rem 0.125rem", minHeight: "var(--target)", margin: "0" },
  ".cm-panel .cm-dialog-close, .cm-panel.cm-search [name=close]": { color: "var(--ink)", fontSize: "1.25rem", minWidth: "var(--target)", minHeight: "var(--target)", padding: "0", top: "0.25rem", right: "0.25rem", cursor: "pointer" },
  ".cm-searchMatch": { backgroundColor: "transparent", outline: "2px solid var(--way)", outlineOffset: "-1px" },
  ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "var(--way-tint)" },
});
