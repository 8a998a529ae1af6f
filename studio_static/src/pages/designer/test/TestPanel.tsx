/**
 * The Test tab: run the selected step, up to it, from it, or everything, on real or made-up data. Every call is answered
 * as it is said here; pins stand in for steps; what was run lies over the canvas, and becomes a case.
 */
import "./test.css";
import { useEffect } from "react";
import { post } from "../../../api/client";
import type { TrialAnswer } from "../../../api/schema";
import { type JsonObject, nameOf, pinsOf, statePath } from "../../../asl";
import { type OverlayStep, overlayOf } from "../../../canvas/overlay";
import { ActButton } from "../../../ui/ActButton";
import { ErrorWords } from "../../../ui/Problem";
import { useAct } from "../../../ui/useAct";
import { Segments } from "../forms/controls";
import type { Slot } from "../slots";
import { Calls } from "./Calls";
import { CaseList } from "./CaseList";
import { answersOf, type WholeCase } from "./cases";
import { InputCard } from "./InputCard";
import { Pins } from "./Pins";
import { callsOf, type Mode } from "./plan";
import { RunResult } from "./RunResult";
import { useSamples } from "./useSamples";
import { requestOf, setTests, useTests } from "./useTests";

const MODES: readonly { value: Mode; label: string; title: string }[] = [
  { value: "step", label: "This step", title: "Run the selected step alone" },
  { value: "up_to", label: "Up to here", title: "Run from the start to the selected step" },
  { value: "from", label: "From here", title: "Run the selected step and what follows" },
  { value: "all", label: "Everything", title: "Run the whole workflow" },
];

export default function TestPanel(slot: Slot) {
  const { workflow, document, definition, selected, connectors, setOverlay } = slot;
  const remembered = useTests(workflow);
  const mode: Mode = selected === null ? "all" : remembered.mode;
  const tests = { ...remembered, mode };
  const about = mode === "step" || mode === "from" ? selected : null;
  const samples = useSamples(workflow, document, about);
  const input = tests.input === undefined ? (samples?.[0]?.input ?? {}) : tests.input;
  const calls = callsOf(definition, mode, selected, connectors);

  const reallyCalled = requestOf(document, null, tests, input, calls, {}).allow?.length ?? 0;

  useShown(slot, tests.run?.answer ?? null, tests.run?.document ?? null);
  useEffect(() => () => setOverlay(null), [setOverlay]);

  const { run, busy, error } = useAct(async () => {
    const state = selected === null || mode === "all" ? null : statePath(selected);
    const { [state ?? ""]: _, ...pins } = pinsOf(document); // the step that is tested runs, pinned or not
    const answer = await post<TrialAnswer>("/test/run", requestOf(document, state, tests, input, calls, pins));
    const pinned = Object.keys(pins).filter((path) => answer.steps.some((step) => step.path === path));
    setTests(workflow, { run: { mode, state, input, answer, document, pinned } });
  });
  const load = (made: WholeCase) => {
    const all = callsOf(definition, "all", null, connectors);
    setTests(workflow, { mode: "all", input: made.input, variables: {}, answers: answersOf(made.written, all) });
  };
  return (
    <div className="dense">
      <section className="tp-part" aria-label="What is run">
        <div className="heading">
          <h2>Test</h2>
          <Segments<Mode>
            label="What is run"
            value={mode}
            options={selected === null ? MODES.filter(({ value }) => value === "all") : MODES}
            onChange={(next) => setTests(workflow, { mode: next, input: undefined })}
          />
        </div>
        <p className="dz-quiet">{sentence(mode, selected)}</p>
      </section>
      <InputCard
        samples={samples ?? []}
        schema={about === null ? (document.input_schema ?? null) : null}
        value={input}
        onChange={(next) => setTests(workflow, { input: next })}
        variables={about === null ? null : tests.variables}
        onVariables={(variables) => setTests(workflow, { variables })}
      />
      <Calls calls={calls} answers={tests.answers} onChange={(answers) => setTests(workflow, { answers })} />
      <Pins {...slot} run={tests.run} />
      <div className="tp-run row gap-12 ruled">
        <ActButton
          right={reallyCalled > 0 ? "publish" : "edit"}
          variant="primary"
          iconName="caret-right-filled"
          wrapText={false}
          loading={busy}
          onClick={() => void run()}
        >
          Run the test
        </ActButton>
        <span className="dz-quiet">
          {realWords(calls.length, reallyCalled)}
          {pinWords(Object.keys(pinsOf(document)).length)}
        </span>
      </div>
      {error !== null && (
        <div className="tp-alert" role="alert">
          <ErrorWords error={error} />
        </div>
      )}
      {tests.run !== null && <RunResult {...slot} run={tests.run} calls={calls} answers={tests.answers} />}
      <CaseList {...slot} known={tests.cases} onLoad={load} />
    </div>
  );
}

/** The run over the canvas, for as long as the draft is the one that was run. */
function useShown(slot: Slot, answer: TrialAnswer | null, ran: JsonObject | null): void {
  const { definition, setOverlay } = slot;
  const isCurrent = ran !== null && ran.definition === definition;
  useEffect(() => {
    setOverlay(
      answer === null || !isCurrent
        ? null
        : overlayOf(definition, answer.steps as unknown as readonly OverlayStep[], answer.edges),
    );
  }, [answer, isCurrent, definition, setOverlay]);
}

function sentence(mode: Mode, selected: string | null): string {
  if (selected === null) return "Select a step on the canvas to run it alone, up to it, or from it.";
  const name = nameOf(selected);
  switch (mode) {
    case "step":
      return `Runs ${name} alone, on an input of its own.`;
    case "up_to":
      return `Runs from the start, and ends once ${name} has run.`;
    case "from":
      return `Begins with ${name}, on an input of its own.`;
    default:
      return "Runs the whole workflow. Waits take no time, and nothing is kept.";
  }
}

function realWords(calls: number, count: number): string {
  if (calls === 0) return "Nothing is called.";
  if (count === 0) return "Every call is mocked: nothing outside is touched.";
  return count === 1 ? "One action is really called." : `${count} actions are really called.`;
}

function pinWords(count: number): string {
  if (count === 0) return "";
  return count === 1 ? " One step is pinned: it does not run." : ` ${count} steps are pinned: they do not run.`;
}
