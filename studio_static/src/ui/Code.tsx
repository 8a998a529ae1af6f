/**
 * The editor of code: JSON, JSONata, JSONPath, plain text. CodeMirror is a chunk of its own, fetched when the first
 * editor is drawn; until then its room is kept, so that nothing jumps.
 */
import { Suspense } from "react";
import { part } from "../app/part";
import type { CodeProps } from "./code/types";

export type { CodeCompletion, CodeDiagnostic, CodeHandle, CodeLanguage, CodeProps } from "./code/types";

const Editor = part(() => import("./code/Editor"));
const Merge = part(() => import("./code/Merge"));

export function Code(props: CodeProps) {
  return (
    <Suspense fallback={<Room height={props.height ?? props.minHeight} />}>
      <Editor {...props} />
    </Suspense>
  );
}

interface CodeDiffProps {
  before: string;
  after: string;
  label: string;
  /** Side by side, or one text with both. */
  layout?: "split" | "unified";
  height?: string;
}

/** Two texts and what differs; equal stretches fold. */
export function CodeDiff(props: CodeDiffProps) {
  return (
    <Suspense fallback={<Room height={props.height} />}>
      <Merge {...props} />
    </Suspense>
  );
}

function Room({ height }: { height: string | undefined }) {
  return <div className="code-room" style={{ height: height ?? "8rem" }} aria-hidden="true" />;
}
