/** What an editor takes. No CodeMirror here: whoever only names these loads nothing. */

export type CodeLanguage = "json" | "jsonata" | "jsonpath" | "text";

export interface CodeDiagnostic {
  /** Offsets into the text. */
  from: number;
  to: number;
  severity: "error" | "warning" | "info" | "hint";
  message: string;
  source?: string;
  fixes?: { name: string; apply: (text: string) => string }[];
}

export interface CodeCompletion {
  label: string;
  /** Inserted instead of the label. */
  apply?: string;
  detail?: string;
  info?: string;
  kind?: "state" | "error" | "variable" | "field" | "function" | "keyword" | "value";
}

/** What may stand at `position`, from offset `from` on; null when there is nothing to offer. */
export type CodeCompleter = (
  text: string,
  position: number,
  explicit: boolean,
) => { from: number; options: CodeCompletion[] } | null | Promise<{ from: number; options: CodeCompletion[] } | null>;

export interface CodeHandle {
  /** Replace what is selected, or insert at the cursor, and take the focus. */
  insert: (text: string) => void;
  /** Show an offset and put the cursor there. */
  reveal: (offset: number) => void;
  focus: () => void;
}

export interface CodeProps {
  value: string;
  /** Absent: read only. */
  onChange?: (value: string) => void;
  language?: CodeLanguage;
  /** The accessible name. */
  label: string;
  readOnly?: boolean;
  height?: string;
  minHeight?: string;
  maxHeight?: string;
  /** Problems found elsewhere, as by the engine. */
  diagnostics?: readonly CodeDiagnostic[];
  /** Problems found here and now, a moment after typing stopped. */
  lint?: (text: string) => CodeDiagnostic[] | Promise<CodeDiagnostic[]>;
  complete?: CodeCompleter;
  placeholder?: string;
  lineNumbers?: boolean;
  /** One line, as an input: Enter is `onSubmit`. */
  singleLine?: boolean;
  onSubmit?: () => void;
  onBlur?: () => void;
  /** The offset of the cursor, whenever it moves. */
  onCursor?: (offset: number) => void;
  onReady?: (handle: CodeHandle) => void;
  autoFocus?: boolean;
  /** The ids of what describes it: an error text. */
  describedBy?: string;
}
