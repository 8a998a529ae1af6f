/** How code looks, from the Studio's tokens: one set of rules for both themes. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.attributeName], color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null, tags.keyword], color: "var(--code-word)" },
  {
    tag: [tags.standard(tags.function(tags.variableName)), tags.function(tags.variableName)],
    color: "var(--code-call)",
  },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: [tags.operator, tags.punctuation], color: "var(--code-sign)" },
  { tag: tags.meta, color: "var(--code-word)", fontWeight: "700" },
  { tag: tags.comment, color: "var(--studio-text-dim)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--studio-bad)" },
]);

const frame = EditorView.theme({
  "&": { backgroundColor: "var(--studio-code-back)", color: "var(--studio-text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--studio-mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--studio-text)", padding: "8px 0" },
  // Chromium keeps the colour of a replaced bracket in a style attribute of the line, hence "!important", twice.
  ".cm-line": { padding: "0 12px 0 8px", backgroundColor: "transparent !important" },
  "&.cm-focused .cm-cursor": { borderLeftColor: "var(--studio-text)" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--studio-text-dim)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 4px 0 12px", fontVariantNumeric: "tabular-nums" },
  ".cm-foldGutter .cm-gutterElement": { cursor: "pointer" },
  ".cm-line.cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line) !important" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--code-selection) !important",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-bracket)", outline: "none" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--studio-accent-soft)",
    border: "none",
    color: "var(--studio-accent)",
    padding: "0 6px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--studio-card)",
    color: "var(--studio-text)",
    border: "1px solid var(--studio-line)",
    borderRadius: "8px",
    overflow: "hidden",
    boxShadow: "0 4px 16px rgb(0 7 22 / 16%)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--studio-mono)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--studio-accent-soft)",
    color: "var(--studio-text)",
  },
  ".cm-completionDetail": { color: "var(--studio-text-dim)", fontStyle: "normal", marginLeft: "1em" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "'Open Sans', sans-serif" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--studio-accent)",
    color: "var(--studio-back)",
    borderRadius: "6px",
    padding: "1px 8px",
  },
  // CodeMirror draws its marks with data: images, which the page's policy refuses.
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy 1.2px", textUnderlineOffset: "3px" },
  ".cm-lintRange-error": { textDecorationColor: "var(--studio-bad)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--studio-warn)" },
  ".cm-lintRange-info, .cm-lintRange-hint": { textDecorationColor: "var(--studio-accent)" },
  ".cm-lint-marker": { width: "0.8em", height: "0.8em", borderRadius: "50%" },
  ".cm-lint-marker-error": { content: '""', backgroundColor: "var(--studio-bad)" },
  ".cm-lint-marker-warning": { content: '""', backgroundColor: "var(--studio-warn)", borderRadius: "2px" },
  ".cm-lint-marker-info, .cm-lint-marker-hint": { content: '""', backgroundColor: "var(--studio-accent)" },
  ".cm-panels": { backgroundColor: "var(--studio-panel)", color: "var(--studio-text)" },
  ".cm-panels input, .cm-panels button": { color: "inherit", background: "var(--studio-card)" },
  ".cm-placeholder": { color: "var(--studio-text-dim)" },
});

export const look: Extension = [syntaxHighlighting(colours), frame];
