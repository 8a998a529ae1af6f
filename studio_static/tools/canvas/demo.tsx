/**
 * The canvas alone, for looking at it and for measuring it; no build has it in. `npx vite --port 8555`, then
 * `/studio/tools/canvas/?sample=approval&view=edit&mode=dark` (views: edit, run, diff; samples: those of workflows/, or a
 * number of states).
 */
import "@cloudscape-design/global-styles/index.css";
import "../../src/app/tokens.css";
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import {
  type Definition,
  EditError,
  type History,
  insertAt,
  isObject,
  type JsonObject,
  newHistory,
  record,
  redo,
  undo,
} from "../../src/asl";
import {
  applyCommand,
  type CanvasCommand,
  DiffCanvas,
  ExecutionCanvas,
  type Note,
  WorkflowCanvas,
} from "../../src/canvas";
import { largeDefinition } from "../../src/canvas/layout/large.testdata";
import { pretended } from "./pretended";

const SAMPLES = import.meta.glob<JsonObject>("../../../workflows/*.json", { import: "default", eager: true });
const query = new URLSearchParams(location.search);
const wanted = query.get("sample") ?? "order_flow";

const isDark = query.get("mode") === "dark";
applyMode(isDark ? Mode.Dark : Mode.Light);
document.documentElement.dataset.mode = isDark ? "dark" : "light";

function chosen(): Definition {
  if (/^\d+$/.test(wanted)) return largeDefinition(Number(wanted));
  const document = SAMPLES[`../../../workflows/${wanted}.json`];
  const definition = document?.definition;
  return isObject(definition) ? definition : {};
}

function Edit({ start }: { start: Definition }) {
  const [history, setHistory] = useState<History<Definition>>(() => newHistory(start));
  const [selection, setSelection] = useState<readonly string[]>([]);
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const [said, say] = useState("");
  const definition = history.present;
  const onCommand = (command: CanvasCommand): void => {
    say(JSON.stringify(command));
    if (command.kind === "undo" || command.kind === "redo") {
      setHistory(command.kind === "undo" ? undo : redo);
      return;
    }
    try {
      const edited =
        command.kind === "choose"
          ? insertAt(definition, command.place, { StartAt: "New step", States: { "New step": { Type: "Pass" } } })
          : applyCommand(definition, command);
      if (edited === null) return;
      setHistory((last) => record(last, edited.label, edited.definition));
      setSelection(edited.selected);
      say(edited.label);
    } catch (thrown) {
      if (!(thrown instanceof EditError)) throw thrown;
      say(`${thrown.message} ${thrown.advice}`);
    }
  };
  return (
    <>
      <WorkflowCanvas
        definition={definition}
        viewKey={query.get("key") ?? undefined}
        selection={selection}
        onSelect={setSelection}
        onCommand={onCommand}
        notes={notes}
        onNotes={setNotes}
        marks={query.has("marks") ? marksOf(definition) : undefined}
      />
      <output id="said" hidden>
        {said}
      </output>
      <output id="definition" hidden>
        {JSON.stringify(definition)}
      </output>
    </>
  );
}

const marksOf = (definition: Definition) =>
  Object.fromEntries(
    Object.keys(isObject(definition.States) ? definition.States : {})
      .slice(0, 3)
      .map((name, at) => [
        `/States/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        { level: (["error", "warning", "todo"] as const)[at] ?? "todo", text: "Say what is meant here" },
      ]),
  );

function Run({ start }: { start: Definition }) {
  const [selected, setSelected] = useState<string | null>(null);
  const run = pretended(start);
  return (
    <ExecutionCanvas
      definition={start}
      overlay={run.overlay}
      selected={selected ?? run.failed}
      openAt={run.failed}
      onSelect={setSelected}
    />
  );
}

function Page() {
  const start = chosen();
  const view = query.get("view") ?? "edit";
  return (
    <main style={{ position: "fixed", inset: 0 }}>
      {view === "edit" && <Edit start={start} />}
      {view === "run" && <Run start={start} />}
      {view === "diff" && <DiffCanvas before={start} after={pretended(start).changed} />}
    </main>
  );
}

createRoot(document.getElementById("root") as HTMLElement).render(<Page />);
