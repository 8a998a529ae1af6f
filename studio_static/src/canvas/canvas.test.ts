/** The canvas's pure parts: what keys and drawn lines mean, where a drop goes, what is in sight, what differs. */
import { describe, expect, it } from "vitest";
import {
  buildGraph,
  type Definition,
  insertAt,
  insertFragment,
  type JsonObject,
  type Place,
  removeStates,
  renameState,
} from "../asl";
import { CHAIN, sample } from "../asl/samples.testdata";
import { connection, redirection } from "./act/connecting";
import { meaningOf } from "./act/keys";
import { lineAt, nodeAt } from "./act/targets";
import { step } from "./act/walking";
import { findStates } from "./bars/find";
import { applyCommand } from "./commands";
import { changeCounts, diffGraph } from "./diff";
import { freeNoteId, notesOf, withNotes } from "./draw/notes";
import type { Layout, PlacedEdge } from "./layout/types";
import { fateOfLine, fateOfState, type OverlayStep, overlayOf } from "./overlay";
import { reuseGraph } from "./useGraph";
import { lineBeside } from "./view/containers";
import { boundsOf, grown, windowOf } from "./view/seen";
import { steadyCard } from "./view/view";

const graph = buildGraph(CHAIN);
const one = (name: string) => ({ StartAt: name, States: { [name]: { Type: "Pass", End: true } } });
const key = (name: string, more = {}) =>
  meaningOf({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

/** A, B, C below one another, 100 apart, with their lines. */
const layout: Layout = {
  width: 200,
  height: 400,
  panels: new Map(),
  nodes: new Map(["A", "B", "C"].map((name, at) => [`/States/${name}`, { x: 0, y: at * 100, width: 200, height: 60 }])),
  edges: new Map<string, PlacedEdge>(
    ["A", "B"].map((name, at) => [
      `/States/${name}#next`,
      {
        points: [
          { x: 100, y: at * 100 + 60 },
          { x: 100, y: at * 100 + 100 },
        ],
        pill: null,
        plus: { x: 100, y: at * 100 + 80 },
      },
    ]),
  ),
};
const placed = { graph, layout, direction: "down" as const };

describe("keys", () => {
  it("walk, edit, and leave the page its own", () => {
    expect(key("ArrowDown")).toEqual({ do: "walk", arrow: "ArrowDown", extend: false });
    expect(key("Delete")).toEqual({ do: "remove" });
    expect(key("z", { ctrlKey: true, shiftKey: true })).toEqual({ do: "redo" });
    expect([key("r"), key("c"), key("c", { ctrlKey: true })]).toEqual([{ do: "retry" }, { do: "catch" }, null]);
    expect(key("/")).toBeNull();
    expect(key("k", { ctrlKey: true })).toBeNull();
    expect(key("ArrowLeft", { altKey: true })).toBeNull();
  });
});

describe("lines drawn by hand", () => {
  it("become a Next, a catcher, a start, an end, or nothing", () => {
    expect(connection(graph, "/States/A", "out", "/States/C")).toMatchObject({ kind: "connect", as: "flow" });
    expect(connection(graph, "/States/A", "err", "/States/C")).toMatchObject({ kind: "connect", as: "error" });
    expect(connection(graph, "#start", "out", "/States/B")).toEqual({
      kind: "redirect",
      edge: "#start",
      to: "/States/B",
    });
    expect(connection(graph, "/States/A", "out", "#end")).toEqual({ kind: "disconnect", edge: "/States/A#next" });
    expect(connection(graph, "/States/A", "out", "#start")).toBeNull();
    expect(connection(graph, "/States/A", "out", "/States/P/Branches/0/States/X")).toBeNull();
  });
  it("lead an existing line elsewhere; only a Next may end", () => {
    expect(redirection("/States/A#catch/0", "/States/C")).toMatchObject({ kind: "redirect" });
    expect(redirection("/States/A#catch/0", "#end")).toBeNull();
  });
});

describe("a new step at the end of a line", () => {
  const fragment = { StartAt: "New", States: { New: { Type: "Pass" }, Beside: { Type: "Succeed" } } };
  const task = { Type: "Task", Resource: "connector:log:write", End: true };
  const choice = { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true, Next: "" }], Default: "A" };
  const clean: Definition = {
    StartAt: "T",
    States: { T: { Type: "Task", Resource: "connector:log:write", Next: "A" }, C: choice, A: task },
  };
  const at = (place: Place) => {
    const { definition: next, selected } = insertAt(clean, place, fragment);
    return { states: next.States as Record<string, JsonObject>, selected };
  };
  it("is one more catcher's, and the way ends there", () => {
    const { states, selected } = at({ from: "/States/T", as: "error" });
    expect(states.T?.Catch).toEqual([{ ErrorEquals: ["States.ALL"], Next: "New" }]);
    expect([states.New?.End, selected]).toEqual([true, ["/States/New"]]);
  });
  it("comes before what the state led to", () => {
    const { states } = at({ from: "/States/T", as: "flow" });
    expect([states.T?.Next, states.New?.Next]).toEqual(["New", "A"]);
  });
  it("is a rule's that led nowhere, and a new rule's", () => {
    expect(at({ edge: "/States/C#choice/0" }).states.C?.Choices).toMatchObject([{ Next: "New" }]);
    expect(at({ from: "/States/C", as: "flow" }).states.C?.Choices).toMatchObject([{}, { Next: "New" }]);
  });
  it("is refused where there is no such line", () => {
    expect(() => at({ edge: "/States/C#choice/7" })).toThrow("no longer there");
    expect(() => at({ from: "/States/C", as: "error" })).toThrow("catches no errors");
  });
});

describe("drops", () => {
  it("go to the nearest line that is not the card's own", () => {
    expect(lineAt(placed, { x: 110, y: 82 }, null, 40)).toBe("/States/A#next");
    expect(lineAt(placed, { x: 110, y: 82 }, "/States/C", 40)).toBe("/States/A#next");
    expect(lineAt(placed, { x: 110, y: 82 }, "/States/A", 40)).toBeNull();
    expect(lineAt(placed, { x: 400, y: 82 }, null, 40)).toBeNull();
    expect(lineAt(placed, { x: 4000, y: 190 }, null, Number.POSITIVE_INFINITY)).toBe("/States/B#next");
  });
  it("move the card in the definition", () => {
    const edited = applyCommand(CHAIN, { kind: "move", state: "/States/C", edge: "/States/A#next" });
    const states = edited?.definition.States as Record<string, { Next?: string; End?: boolean }>;
    expect([states.A?.Next, states.C?.Next, states.B?.End]).toEqual(["C", "B", true]);
  });
  it("of a line reach the card under the pointer", () => {
    expect(nodeAt(placed, { x: 20, y: 130 })).toBe("/States/B");
    expect(nodeAt(placed, { x: 20, y: 80 })).toBeNull();
  });
});

it("walks aside past the container around a card", () => {
  const both = { StartAt: "B", States: { B: { Type: "Parallel", Branches: [one("L"), one("R")], End: true } } };
  const place = (x: number, width: number) => ({ x, y: 0, width, height: 60 });
  const branches = "/States/B/Branches";
  const nodes = new Map([
    ["/States/B", place(0, 500)],
    [`${branches}/0/States/L`, place(20, 200)],
    [`${branches}/1/States/R`, place(280, 200)],
  ]);
  const way = { graph: buildGraph(both), layout: { ...layout, nodes }, direction: "down" as const };
  expect(step(way, `${branches}/0/States/L`, "ArrowRight")).toBe(`${branches}/1/States/R`);
});

it("goes on after a state, or into it where nothing follows", () => {
  expect(lineBeside(graph, "/States/A")).toBe("/States/A#next");
  expect(lineBeside(graph, "/States/X")).toBe("/States/A#catch/0");
});

it("finds by name before sub-line", () => {
  const found = findStates(buildGraph(sample("order_flow")), "order");
  expect(found[0]).toContain("Order");
  expect(findStates(graph, "  ")).toEqual([]);
});

describe("sight", () => {
  it("knows the window and what is around a line", () => {
    const window = windowOf({ x: -100, y: -50, zoom: 0.5 }, { width: 400, height: 200 });
    expect(window).toEqual({ x: 200, y: 100, width: 800, height: 400 });
    expect(grown(window)).toEqual({ x: -200, y: -100, width: 1600, height: 800 });
    expect(boundsOf(layout.edges.get("/States/A#next") as PlacedEdge)).toEqual({ x: 100, y: 60, width: 0, height: 40 });
  });
  it("holds on to the card that was looked at", () => {
    const window = { x: 0, y: 0, width: 200, height: 250 };
    expect(steadyCard(layout, layout, window, "/States/B")).toBe("/States/B");
    expect(steadyCard(layout, { ...layout, nodes: new Map() }, window, "/States/B")).toBeNull();
  });
});

it("keeps the objects of a graph that did not change", () => {
  const renamed = buildGraph(renameState(CHAIN, "/States/C", "D").definition);
  const kept = reuseGraph(graph, renamed);
  expect(kept.nodes.find((node) => node.name === "A")).toBe(graph.nodes.find((node) => node.name === "A"));
  expect(reuseGraph(graph, buildGraph(CHAIN))).toBe(graph);
});

describe("a diff", () => {
  it("counts what is new, gone, and led elsewhere", () => {
    const added = insertFragment(CHAIN, "/States/A#next", { StartAt: "N", States: { N: { Type: "Pass" } } }).definition;
    const diff = diffGraph(CHAIN, added);
    expect(diff.states).toEqual({ "/States/N": "added" });
    expect(changeCounts(diff)).toMatchObject({ added: 1, changed: 0, removed: 0 });
    const gone = diffGraph(CHAIN, removeStates(CHAIN, ["/States/B"]).definition);
    expect(gone.states["/States/B"]).toBe("removed");
    expect(gone.graph.nodes.map((node) => node.id)).toContain("/States/B");
    expect(changeCounts(diffGraph(CHAIN, CHAIN))).toEqual({ added: 0, changed: 0, removed: 0, lines: 0 });
  });
  it("takes nothing away where there was nothing", () => {
    const first = diffGraph({}, CHAIN);
    expect(changeCounts(first)).toMatchObject({ changed: 0, removed: 0, lines: 0 });
    expect(Object.values(first.edges)).not.toContain("removed");
  });
});

it("colours only lines that a history took", () => {
  const step = (id: string, name: string, caught: { error: string; next: string } | null = null) => ({
    id,
    name,
    parent: null,
    status: caught === null ? "SUCCEEDED" : "CAUGHT",
    entered_at: "2026-01-01T00:00:00Z",
    exited_at: "2026-01-01T00:00:01Z",
    caught,
  });
  const steps = [step("1", "A", { error: "Bad", next: "X" }), step("2", "X")];
  const overlay = overlayOf(CHAIN, steps, [{ from_step: "1", to_step: "2" }]);
  expect(overlay.edges).toEqual({ "#start": "taken", "/States/A#catch/0": "failed" });
  expect(overlay.states["/States/A"]).toMatchObject({ status: "CAUGHT", seconds: 1 });
});

it("takes what was tried again in its scope for over, and counts no rest into a state's time", () => {
  const visit = (id: string, status: string, from: number, to: number, item: number | null = null) => ({
    id,
    name: "A",
    parent: null,
    item,
    status,
    entered_at: new Date(from * 1000).toISOString(),
    exited_at: new Date(to * 1000).toISOString(),
  });
  const stateOf = (steps: OverlayStep[]) => overlayOf(CHAIN, steps, []).states["/States/A"];
  expect(stateOf([visit("1", "FAILED", 0, 1), visit("2", "SUCCEEDED", 5, 6)])).toMatchObject({
    status: "SUCCEEDED",
    visits: 2,
    failed: 0,
    seconds: 2,
  });
  expect(stateOf([visit("1", "FAILED", 0, 1), visit("2", "FAILED", 5, 6)])).toMatchObject({
    status: "FAILED",
    failed: 1,
  });
  expect(stateOf([visit("1", "FAILED", 0, 1, 0), visit("2", "SUCCEEDED", 5, 6, 1)])?.status).toBe("FAILED");
  const rested = overlayOf(CHAIN, [visit("1", "SUCCEEDED", 0, 9)], [], () => 2);
  expect(rested.states["/States/A"]?.seconds).toBe(2);
});

it("keeps notes beside the definition", () => {
  const note = { id: "note-1", text: "Ask", x: 1, y: 2, width: 3, height: 4 };
  const document = { name: "w", definition: CHAIN };
  const noted = withNotes(document, [note]);
  expect(notesOf(noted)).toEqual([note]);
  expect(noted.definition).toBe(CHAIN);
  expect(withNotes(noted, [])).toEqual(document);
  expect(freeNoteId([note])).toBe("note-2");
});

it("counts the children of a distributed Map on its card, and says nothing of what is in it", () => {
  const inner = { StartAt: "Work", States: { Work: { Type: "Pass", End: true } } };
  const definition = {
    StartAt: "Each",
    States: { Each: { Type: "Map", ItemProcessor: inner, Next: "After" }, After: { Type: "Succeed" } },
  } as unknown as Definition;
  const each = {
    id: "1",
    name: "Each",
    parent: null,
    status: "SUCCEEDED",
    entered_at: "2026-01-01T00:00:00Z",
    exited_at: "2026-01-01T00:00:01Z",
  };
  const counts = { visits: 10, failed: 2 };
  const ran = overlayOf(definition, [{ ...each, map_run: "arn" }], [], undefined, () => counts);
  expect(ran.states["/States/Each"]).toMatchObject(counts);
  const work = "/States/Each/ItemProcessor/States/Work";
  expect([work, "/States/After"].map((id) => fateOfState(ran, id))).toEqual(["none", "skipped"]);
  expect(fateOfState(overlayOf(definition, [each], []), work)).toBe("skipped");
  expect(fateOfState(undefined, work)).toBe("none");
  const inside = buildGraph(definition).edges.filter(({ scope }) => scope !== "");
  expect(inside.map((edge) => fateOfLine(ran, edge))).toEqual(["none", "none"]);
  expect(inside.map((edge) => fateOfLine(overlayOf(definition, [each], []), edge))).toEqual(["skipped", "skipped"]);
});
