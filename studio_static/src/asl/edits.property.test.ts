/** Random sequences of edits on every sample: the structure stays whole, arguments stay as they were, undo restores. */
import { describe, expect, it } from "vitest";
import { addBranch, removeBranch } from "./branches";
import { copyStates, pasteStates } from "./clipboard";
import { connectStates, disconnectEdge, insertAt } from "./connect";
import { buildGraph } from "./graph";
import { type History, newHistory, record, redo, undo } from "./history";
import { attachState, duplicateStates, insertFragment, moveState } from "./insert";
import { removeStates } from "./remove";
import { renameState } from "./rename";
import { SAMPLES } from "./samples.testdata";
import { type Definition, EditError, type Edited, type StateObject } from "./types";
import { faults } from "./validity.testdata";
import { walk } from "./walk";
import { addRetry, wrapInMap, wrapInParallel } from "./wrap";

/** A small generator of numbers (mulberry32): the same seed, the same run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const NEW_STATES: readonly StateObject[] = [
  { Type: "Pass" },
  { Type: "Task", Resource: "connector:log:write" },
  { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true }] },
  { Type: "Succeed" },
  { Type: "Fail", Error: "X" },
  { Type: "Wait", Seconds: 1 },
  { Type: "Parallel", Branches: [{ StartAt: "Inner", States: { Inner: { Type: "Pass", End: true } } }] },
];

function randomEdit(definition: Definition, random: () => number): Edited {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const pointers = walk(definition).map((state) => state.pointer);
  const edges = buildGraph(definition).edges.map((edge) => edge.id);
  const some = () => (pointers.length === 0 ? [] : [pick(pointers), pick(pointers)].slice(random() < 0.6 ? 1 : 0));
  const edits: (() => Edited)[] = [
    () => insertFragment(definition, pick(edges), { StartAt: "New", States: { New: pick(NEW_STATES) } }),
    () => insertFragment(definition, pick(edges), { StartAt: "New", States: { New: pick(NEW_STATES) } }),
    () => removeStates(definition, some()),
    () => moveState(definition, pick(pointers), pick(edges)),
    () => moveState(definition, pick(pointers), pick(edges)),
    () => attachState(definition, pick(pointers), pick(edges)),
    () => connectStates(definition, pick(pointers), pick(pointers), random() < 0.5 ? "flow" : "error"),
    () =>
      insertAt(
        definition,
        { from: pick(pointers), as: random() < 0.5 ? "flow" : "error" },
        { StartAt: "New", States: { New: pick(NEW_STATES) } },
      ),
    () => disconnectNext(definition, pick(edges)),
    () => renameState(definition, pick(pointers), `N${Math.floor(random() * 1e6)}`),
    () => wrapInParallel(definition, some(), random() < 0.5 ? "together" : "side by side"),
    () => wrapInMap(definition, some()),
    () => addRetry(definition, some()),
    () => duplicateStates(definition, some()),
    () => pasteStates(definition, copyStates(definition, some()), random() < 0.5 ? null : { edge: pick(edges) }),
    () => addBranch(definition, pick(pointers)),
    () => removeBranch(definition, pick(pointers), 0),
  ];
  return pick(edits)();
}

/** Cutting a Choice's last line leaves it without a way out: that is the author's to do, and lint's to say. */
function disconnectNext(definition: Definition, edge: string): Edited {
  if (!edge.endsWith("#next")) throw new EditError("left out", "");
  return disconnectEdge(definition, edge);
}

describe("random edits", () => {
  for (const [name, document] of Object.entries(SAMPLES)) {
    it(`keep ${name} whole, and undo restores it`, () => {
      for (let seed = 1; seed <= 12; seed += 1) {
        const random = numbers(seed * 7919);
        const original = document.definition as Definition;
        const before = JSON.stringify(original);
        let history: History<Definition> = newHistory(original);
        const texts = [before];
        let done = 0;
        for (let step = 0; step < 40; step += 1) {
          const snapshot = JSON.stringify(history.present);
          let edited: Edited;
          try {
            edited = randomEdit(history.present, random);
          } catch (error) {
            if (error instanceof EditError || walk(history.present).length === 0) continue;
            throw error;
          }
          expect(JSON.stringify(history.present), `${edited.label} changed its argument`).toBe(snapshot);
          expect(faults(edited.definition), `seed ${seed} step ${step}: ${edited.label}\n${snapshot}`).toEqual([]);
          const pointers = new Set(walk(edited.definition).map((state) => state.pointer));
          for (const pointer of edited.selected) expect(pointers, edited.label).toContain(pointer);
          if (edited.definition === history.present) continue;
          history = record(history, edited.label, edited.definition);
          texts.push(JSON.stringify(edited.definition));
          done += 1;
        }
        expect(done).toBeGreaterThan(8);
        expect(JSON.stringify(history.present)).toBe(texts.at(-1));
        for (let step = done; step > 0; step -= 1) {
          history = undo(history);
          expect(JSON.stringify(history.present)).toBe(texts[step - 1]);
        }
        expect(history.present).toBe(original);
        for (let step = 0; step < done; step += 1) history = redo(history);
        expect(JSON.stringify(history.present)).toBe(texts.at(-1));
      }
    });
  }
});
