/** In JSON: the strings that are JSONata, `"{% … %}"`, stand out from those that are only text. */
import { type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const WHOLE = Decoration.mark({ class: "cm-expression" });
const MARK = Decoration.mark({ class: "cm-expression-mark" });
const EXPRESSION = /"\{%(?:[^"\\]|\\.)*?%\}"/g;

function find(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (const found of view.state.sliceDoc(from, to).matchAll(EXPRESSION)) {
      const start = from + found.index + 1;
      const end = start + found[0].length - 2;
      builder.add(start, end, WHOLE);
      builder.add(start, start + 2, MARK);
      builder.add(end - 2, end, MARK);
    }
  }
  return builder.finish();
}

export const expressionsInJson: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = find(view);
    }

    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = find(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
