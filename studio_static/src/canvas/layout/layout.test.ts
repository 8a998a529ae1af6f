/** What must hold of every drawing: nothing overlaps, words lie on no card, the happy path is straight. */
import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, it, vi } from "vitest";
import { buildGraph, type Definition, type Graph, insertAt, ownerOf, within } from "../../asl";
import { SAMPLES } from "../../asl/samples.testdata";
import { largeDefinition } from "./large.testdata";
import { guessLayout, layoutGraph } from "./layout";
import { distanceTo } from "./plus";
import type { Direction, Layout, Rect } from "./types";

// ELK on the main thread of a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const elk = new ELK();
const engine = elk.layout.bind(elk);
const NONE: ReadonlySet<string> = new Set();

const overlap = (one: Rect, two: Rect): boolean =>
  one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height && two.y < one.y + one.height;

/** A container and what is in it overlap by nature. */
const nested = (graph: Graph, one: string, two: string): boolean => {
  const home = (id: string) => (id.includes("#") ? (ownerOf(id.slice(0, id.lastIndexOf("#"))) ?? "none") : id);
  void graph;
  return within(home(one), two) || within(home(two), one);
};

function problems(graph: Graph, layout: Layout): string[] {
  const found: string[] = [];
  const nodes = [...layout.nodes];
  for (const [index, [id, rect]] of nodes.entries())
    for (const [other, place] of nodes.slice(index + 1))
      if (!nested(graph, id, other) && overlap(rect, place)) found.push(`${id} over ${other}`);
  const leaves = nodes.filter(([id]) => !layout.panels.has(id));
  const pills = [...layout.edges].flatMap(([id, edge]) => (edge.pill === null ? [] : [[id, edge.pill] as const]));
  for (const [index, [id, pill]] of pills.entries()) {
    for (const [other, rect] of leaves) if (overlap(pill, rect)) found.push(`the pill of ${id} over ${other}`);
    for (const [other, place] of pills.slice(index + 1))
      if (overlap(pill, place)) found.push(`the pill of ${id} over that of ${other}`);
    for (const [other, edge] of layout.edges) {
      if (other === id) continue;
      for (let at = 1; at < edge.points.length; at += 1) {
        const [from, to] = [edge.points[at - 1], edge.points[at]];
        if (from === undefined || to === undefined) continue;
        const line = {
          x: Math.min(from.x, to.x),
          y: Math.min(from.y, to.y),
          width: Math.max(1, Math.abs(to.x - from.x)),
          height: Math.max(1, Math.abs(to.y - from.y)),
        };
        if (overlap(pill, line)) found.push(`the line ${other} through the pill of ${id}`);
      }
    }
  }
  return found;
}

function bends(graph: Graph, layout: Layout, direction: Direction): string[] {
  return graph.edges
    .filter((edge) => edge.happy)
    .flatMap((edge) => {
      const across = (layout.edges.get(edge.id)?.points ?? []).map((point) =>
        direction === "down" ? point.x : point.y,
      );
      return across.length > 0 && Math.max(...across) - Math.min(...across) > 0.5 ? [edge.id] : [];
    });
}

const definitions: Record<string, Definition> = {
  ...Object.fromEntries(Object.entries(SAMPLES).map(([name, document]) => [name, document.definition as Definition])),
  "60 states": largeDefinition(60),
};

for (const direction of ["down", "right"] as const)
  describe(`flowing ${direction}`, () => {
    for (const [name, definition] of Object.entries(definitions))
      it(`${name}: nothing overlaps, the happy path is straight`, async () => {
        const graph = buildGraph(definition);
        const { layout } = await layoutGraph(graph, { direction, collapsed: NONE }, engine);
        expect(layout.nodes.size).toBe(graph.nodes.filter((node) => node.reachable).length);
        expect(problems(graph, layout)).toEqual([]);
        expect(bends(graph, layout, direction)).toEqual([]);
        for (const [id, edge] of layout.edges) {
          expect(distanceTo(edge.plus, edge.points), id).toBeLessThan(1);
          const { x, y } = edge.plus;
          const disc = { x: x - 9, y: y - 9, width: 18, height: 18 };
          expect(edge.pill !== null && overlap(edge.pill, disc), `the + of ${id} on its pill`).toBe(false);
        }
      });
  });

it("places all of 300 states", async () => {
  const graph = buildGraph(largeDefinition(300));
  const { layout } = await layoutGraph(graph, { direction: "down", collapsed: NONE }, engine);
  expect(graph.nodes.filter((node) => node.kind === "state").length).toBeGreaterThanOrEqual(300);
  expect(layout.nodes.size).toBe(graph.nodes.length);
});

/** States one after the other in one flow. */
function chain(count: number): Definition {
  const states = Object.fromEntries(
    Array.from({ length: count - 1 }, (_, at) => [`Step ${at}`, { Type: "Pass", Next: `Step ${at + 1}` }]),
  );
  return { StartAt: "Step 0", States: { ...states, [`Step ${count - 1}`]: { Type: "Succeed" } } };
}

describe("a flow that is too long for an exact layout", () => {
  const options = { direction: "down", collapsed: NONE } as const;
  const never = () => Promise.reject(new Error("nothing is asked of the engine"));

  it("keeps the guess itself", async () => {
    const graph = buildGraph(chain(1200));
    const guess = guessLayout(graph, options, null);
    expect(await layoutGraph(graph, options, never, guess)).toBe(guess);
  });

  it("keeps the places before an insert", async () => {
    const before = guessLayout(buildGraph(chain(1200)), options, null);
    const fragment = { StartAt: "New", States: { New: { Type: "Pass" } } };
    const graph = buildGraph(insertAt(chain(1200), { edge: "/States/Step 50#next" }, fragment).definition);
    const { layout } = await layoutGraph(graph, options, never, guessLayout(graph, options, before));
    expect(layout.nodes.get("/States/Step 50")).toBe(before.layout.nodes.get("/States/Step 50"));
    expect(layout.nodes.get("/States/Step 51")?.y).toBeGreaterThan(
      before.layout.nodes.get("/States/Step 51")?.y ?? Number.POSITIVE_INFINITY,
    );
  });

  it("makes room when what is inside one of its states gets its exact size", async () => {
    const long = chain(900);
    const inner = { StartAt: "In", States: { In: { Type: "Pass", Next: "Out" }, Out: { Type: "Pass", End: true } } };
    const both = { Type: "Parallel", Branches: [inner], Next: "Step 4" };
    const graph = buildGraph({ ...long, States: { ...(long.States as Definition), "Step 3": both } });
    const { layout } = await layoutGraph(graph, options, engine, guessLayout(graph, options, null));
    expect(problems(graph, { ...layout, edges: new Map() })).toEqual([]);
  });
});

describe("a guess", () => {
  const cardsOver = (graph: Graph, layout: Layout) => problems(graph, { ...layout, edges: new Map() });
  for (const direction of ["down", "right"] as const)
    for (const [name, definition] of Object.entries({ ...definitions, "300 states": largeDefinition(300) }))
      it(`of ${name}, flowing ${direction}, lays no card over another and the happy path straight`, () => {
        const graph = buildGraph(definition);
        const { layout } = guessLayout(graph, { direction, collapsed: new Set() }, null);
        expect(layout.nodes.size).toBe(graph.nodes.filter((node) => node.reachable).length);
        expect(cardsOver(graph, layout)).toEqual([]);
        expect(bends(graph, layout, direction)).toEqual([]);
      });

  it("after an edit moves what comes after it, and nothing else", () => {
    const before = largeDefinition(120);
    const options = { direction: "down", collapsed: NONE } as const;
    const old = guessLayout(buildGraph(before), options, null);
    const fragment = { StartAt: "New", States: { New: { Type: "Pass" } } };
    const edited = insertAt(before, { edge: "/States/Worth it 5?#default" }, fragment);
    const graph = buildGraph(edited.definition);
    const { layout } = guessLayout(graph, options, old);
    expect(cardsOver(graph, layout)).toEqual([]);
    const lower = old.layout.nodes.get("/States/Worth it 5?")?.y ?? 0;
    for (const [id, rect] of old.layout.nodes)
      if (rect.y + rect.height < lower) expect(layout.nodes.get(id), id).toEqual(rect);
    const added = layout.nodes.get("/States/New");
    expect(added?.y).toBeGreaterThan(lower);
    for (const { id, source, target } of graph.edges.filter((edge) => edge.scope === "")) {
      if (source.endsWith("/New") || target.endsWith("/New")) continue;
      const { points = [] } = layout.edges.get(id) ?? {};
      const over = points.slice(1).some((to, at) => {
        const from = points[at] ?? to;
        const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
        const line = { x, y, width: Math.max(from.x, to.x) - x, height: Math.max(from.y, to.y) - y };
        return overlap(line, added as Rect);
      });
      expect(over, `${id} over the new card`).toBe(false);
    }
  });
});
