/** Two texts and what differs between them: side by side, or as one. */
import "./code.css";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { languageOf } from "./languages";
import { look } from "./look";

interface MergeProps {
  before: string;
  after: string;
  label: string;
  layout?: "split" | "unified";
  height?: string;
}

const FOLD = { margin: 3, minSize: 6 };

export default function Merge({ before, after, label, layout = "split", height }: MergeProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = host.current;
    if (parent === null) return;
    const common = (name: string): Extension[] => [
      look,
      languageOf("json"),
      lineNumbers(),
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": name }),
    ];
    const view =
      layout === "split"
        ? new MergeView({
            parent,
            a: { doc: before, extensions: common(`${label}: before`) },
            b: { doc: after, extensions: common(`${label}: after`) },
            collapseUnchanged: FOLD,
            gutter: true,
          })
        : new EditorView({
            parent,
            state: EditorState.create({
              doc: after,
              extensions: [
                common(label),
                unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: FOLD }),
              ],
            }),
          });
    return () => view.destroy();
  }, [before, after, label, layout]);
  return <div ref={host} className="code-room code code-diff scrolls" style={{ height }} />;
}
