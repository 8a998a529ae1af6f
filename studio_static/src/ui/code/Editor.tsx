/**
 * CodeMirror as a React component. The editor owns its text while someone types: a `value` that differs from it is put in
 * (with the selection kept where it can be), one that is what was just reported changes nothing.
 */
import "./code.css";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { type Diagnostic, diagnosticCount, linter, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { expressionsInJson } from "./expressions";
import { languageOf } from "./languages";
import { look } from "./look";
import type { CodeDiagnostic, CodeHandle, CodeProps } from "./types";

const KINDS = {
  state: "class",
  error: "constant",
  variable: "variable",
  field: "property",
  function: "function",
  keyword: "keyword",
  value: "text",
} as const;

export default function Editor(props: CodeProps) {
  const { value, label, language = "json", singleLine = false, readOnly = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const writable = useRef(new Compartment());
  const isReadOnly = readOnly || props.onChange === undefined;

  // Made once per language and shape; the rest is read from `latest`, or set below.
  useEffect(() => {
    if (host.current === null) return;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          ...shape(latest, language, singleLine),
          writable.current.of(permission(latest.current)),
          EditorView.contentAttributes.of({
            "aria-label": label,
            tabindex: "0",
            ...(latest.current.describedBy ? { "aria-describedby": latest.current.describedBy } : {}),
          }),
        ],
      }),
    });
    view.current = made;
    latest.current.onReady?.(handleOf(made));
    if (latest.current.autoFocus) made.focus();
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [language, singleLine, label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    const length = value.length;
    const { anchor, head } = editor.state.selection.main;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      selection: { anchor: Math.min(anchor, length), head: Math.min(head, length) },
    });
  }, [value]);

  useEffect(() => {
    // As it was made: to configure an editor anew takes as long as to make one.
    if (view.current?.state.readOnly === isReadOnly) return;
    view.current?.dispatch({ effects: writable.current.reconfigure(permission(latest.current)) });
  }, [isReadOnly]);

  const { diagnostics } = props;
  useEffect(() => {
    const editor = view.current;
    if (editor === null || diagnostics === undefined) return;
    if (diagnostics.length === 0 && diagnosticCount(editor.state) === 0) return;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        diagnostics.map((each) => marked(each, editor.state.doc.length)),
      ),
    );
  }, [diagnostics]);

  const { height, minHeight, maxHeight } = props;
  return (
    <div
      ref={host}
      className={`code-room code${singleLine ? " code-single" : ""}`}
      style={{ height, minHeight, maxHeight, overflow: "auto" }}
      data-autofocus={props.autoFocus || undefined}
    />
  );
}

type Latest = { readonly current: CodeProps };

/** What an editor is made of; callbacks are read when they are needed, so that they may change. */
function shape(latest: Latest, language: NonNullable<CodeProps["language"]>, singleLine: boolean): Extension[] {
  const numbered = (latest.current.lineNumbers ?? !singleLine) && !singleLine;
  return [
    look,
    languageOf(language),
    language === "json" ? expressionsInJson : [],
    numbered ? [lineNumbers(), foldGutter(), highlightActiveLineGutter(), highlightActiveLine()] : [],
    singleLine ? oneLine(latest) : [EditorView.lineWrapping, highlightSelectionMatches()],
    latest.current.placeholder ? placeholder(latest.current.placeholder) : [],
    drawSelection(),
    history(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    completion(latest),
    linting(latest),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...foldKeymap,
      ...historyKeymap,
      ...searchKeymap,
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        const text = update.state.doc.toString();
        if (text !== latest.current.value) latest.current.onChange?.(text);
      }
      if (update.selectionSet || update.docChanged) latest.current.onCursor?.(update.state.selection.main.head);
    }),
    EditorView.domEventHandlers({ blur: () => latest.current.onBlur?.() }),
  ];
}

function permission(props: CodeProps): Extension {
  const isReadOnly = props.readOnly === true || props.onChange === undefined;
  // A read-only text stays reachable by keyboard: it can be read, selected and searched.
  return [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(true)];
}

function oneLine(latest: Latest): Extension {
  return [
    EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction)),
    keymap.of([
      {
        key: "Enter",
        run: () => {
          latest.current.onSubmit?.();
          return true;
        },
      },
    ]),
  ];
}

function completion(latest: Latest): Extension {
  return autocompletion({
    override: [
      async (context) => {
        const found = await latest.current.complete?.(context.state.doc.toString(), context.pos, context.explicit);
        if (!found) return null;
        return {
          from: found.from,
          options: found.options.map(({ kind, ...rest }) => (kind ? { ...rest, type: KINDS[kind] } : rest)),
          validFor: /^[\w$. -]*$/,
        };
      },
    ],
  });
}

function linting(latest: Latest): Extension {
  if (latest.current.lint === undefined) return latest.current.diagnostics ? lintGutter() : [];
  return [
    lintGutter(),
    linter(
      async (editor) => {
        const text = editor.state.doc.toString();
        return ((await latest.current.lint?.(text)) ?? []).map((each) => marked(each, text.length));
      },
      { delay: 300 },
    ),
  ];
}

function marked(given: CodeDiagnostic, length: number): Diagnostic {
  const from = Math.min(given.from, length);
  return {
    from,
    to: Math.max(from, Math.min(given.to, length)),
    severity: given.severity,
    message: given.message,
    ...(given.source ? { source: given.source } : {}),
    actions: (given.fixes ?? []).map(({ name, apply }) => ({
      name,
      apply: (editor) => {
        const text = editor.state.doc.toString();
        editor.dispatch({ changes: { from: 0, to: text.length, insert: apply(text) } });
      },
    })),
  };
}

function handleOf(editor: EditorView): CodeHandle {
  return {
    insert: (text) => {
      editor.dispatch(editor.state.replaceSelection(text), { scrollIntoView: true });
      editor.focus();
    },
    reveal: (offset) => {
      const anchor = Math.min(offset, editor.state.doc.length);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    },
    focus: () => editor.focus(),
  };
}
