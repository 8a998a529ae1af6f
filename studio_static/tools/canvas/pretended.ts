/** An execution and an edit of a definition that never were, to look at their drawing. */
import {
  type Definition,
  edgeTarget,
  insertFragment,
  lineAfter,
  nameOf,
  removeStates,
  renameState,
  type StatePointer,
  stateAt,
  walk,
} from "../../src/asl";
import { type Overlay, type OverlayStep, overlayOf } from "../../src/canvas";

interface Pretended {
  readonly overlay: Overlay;
  readonly failed: StatePointer | null;
  readonly changed: Definition;
}

export function pretended(definition: Definition): Pretended {
  const found = [...walk(definition)];
  const top = found.filter((each) => each.depth === 0).slice(0, 4);
  const inner = found.filter((each) => each.depth > 0).slice(0, 2);
  const steps: OverlayStep[] = [...top, ...inner].map((each, at, all) => ({
    id: `${at}`,
    name: each.name,
    parent: null,
    status: at === all.length - 1 ? "FAILED" : at === 1 ? "CAUGHT" : "SUCCEEDED",
    entered_at: "2026-11-24T14:11:49Z",
    exited_at: `2026-11-24T14:11:${50 + at}.24Z`,
  }));
  const taken = steps.flatMap((step) => {
    const from = found.find((each) => each.name === step.name);
    const line = from === undefined ? null : lineAfter(definition, from.pointer);
    const target = line === null ? null : edgeTarget(definition, line);
    const to = steps.find((other) => other.name === target);
    return to === undefined ? [] : [{ from_step: step.id, to_step: to.id }];
  });
  const failed = [...top, ...inner].at(-1)?.pointer ?? null;
  return { overlay: overlayOf(definition, steps, taken), failed, changed: changed(definition) };
}

function changed(definition: Definition): Definition {
  const found = [...walk(definition)].filter((each) => each.depth === 0);
  const line = found.map((each) => lineAfter(definition, each.pointer)).find((each) => each !== null);
  let next = definition;
  const checked = { StartAt: "Check the stock", States: { "Check the stock": { Type: "Pass", Result: 1 } } };
  if (line) next = insertFragment(next, line, checked).definition;
  const task = found.find((each) => each.state.Type === "Task");
  if (task && stateAt(next, task.pointer))
    next = renameState(next, task.pointer, `${nameOf(task.pointer)} again`).definition;
  const last = found.filter((each) => each.state.Type === "Task").at(-1);
  if (last && last !== task) next = removeStates(next, [last.pointer]).definition;
  return next;
}
