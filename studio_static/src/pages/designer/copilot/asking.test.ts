import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../asl/types";
import type { Problem } from "../problems/problems";
import { applied, labelOf, type Proposal, requestOf } from "./asking";

const PASS = { Type: "Pass", End: true };
const document = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: "w",
  definition: { StartAt: Object.keys(states)[0] ?? "", States: states },
  ...more,
});
const proposal = (made: JsonObject, toDos: Proposal["to_dos"] = []): Proposal => ({
  document: made,
  plan: [],
  to_dos: toDos,
  diagnostics: [],
  changes: [],
  provider: "none",
  attempts: 0,
  notes: [],
  clauses: [],
  cases: [],
  forward: null,
});
const problem: Problem = {
  id: "p",
  code: "MISSING_TRANSITION_TARGET",
  message: "Missing 'Next' target: B",
  severity: "error",
  fixes: [],
  location: "/States/A/Next",
  pointer: "/States/A/Next",
  state: "/States/A",
  field: "Next",
};

describe("requestOf", () => {
  it("leaves the one step of a new workflow out of what is to be changed", () => {
    const { address, body } = requestOf({ kind: "draft", text: "do it" }, document({ Begin: PASS }));
    expect(address).toBe("/copilot/outline");
    expect(body).toEqual({ sentence: "do it", document: { name: "w", definition: {} } });
  });
  it("keeps a step that says something, and two", () => {
    const kept: JsonObject[] = [{ A: { ...PASS, Comment: "mine" } }, { A: { Type: "Pass", Next: "B" }, B: PASS }];
    for (const states of kept) {
      const { body } = requestOf({ kind: "draft", text: "do it" }, document(states));
      expect(body.document).toEqual(document(states));
    }
  });
  it("names states, not pointers", () => {
    const made = document({ A: PASS });
    expect(requestOf({ kind: "explain", state: "/States/Big~1small" }, made).body).toMatchObject({
      state: "Big/small",
    });
    expect(requestOf({ kind: "explain", state: null }, made).body).not.toHaveProperty("state");
    expect(requestOf({ kind: "errors", states: ["/States/M/ItemProcessor/States/I"] }, made).body).toMatchObject({
      states: ["I"],
    });
  });
  it("tells a problem as the engine did", () => {
    expect(requestOf({ kind: "fix", problem }, document({ A: PASS })).body.diagnostic).toEqual({
      code: "MISSING_TRANSITION_TARGET",
      message: "Missing 'Next' target: B",
      location: "/States/A/Next",
      severity: "ERROR",
    });
  });
});

describe("applied", () => {
  const old = { state: "A", pointer: "/Next", text: "old" };
  const said = { state: "B", pointer: "", text: "new" };
  it("puts the to-dos beside the definition and keeps notes", () => {
    const notes = [{ id: "n", text: "t", x: 0, y: 0, width: 1, height: 1 }];
    const before = document({ A: PASS }, { studio: { notes, to_dos: [old] } });
    const made = applied(proposal(document({ A: PASS, B: PASS }), [said, said]), before);
    expect(made.studio).toEqual({ notes, to_dos: [old, said] });
  });
  it("drops the to-dos of steps that are gone or say something else", () => {
    const before = document({ A: PASS }, { studio: { to_dos: [old] } });
    const gone = applied(proposal(document({ B: PASS }), [said]), before);
    const changed = applied(proposal(document({ A: { Type: "Succeed" }, B: PASS }), [said]), before);
    for (const made of [gone, changed]) expect(made.studio).toEqual({ to_dos: [said] });
  });
  it("adds nothing where there is nothing to do", () => {
    expect(applied(proposal(document({ A: PASS })), document({ A: PASS }))).not.toHaveProperty("studio");
  });
});

describe("labelOf", () => {
  const where = () => "A, Next";
  it("names the step of the history", () => {
    expect(labelOf({ kind: "draft", text: " Charge  the card " }, where)).toBe("Outline: Charge the card");
    expect(labelOf({ kind: "draft", text: "x".repeat(100) }, where)).toHaveLength("Outline: ".length + 40);
    expect(labelOf({ kind: "fix", problem }, where)).toBe("Fix: A, Next");
    expect(labelOf({ kind: "errors", states: ["/States/A"] }, where)).toBe("Add error handling to A");
    expect(labelOf({ kind: "errors", states: [] }, where)).toBe("Add error handling");
  });
});
