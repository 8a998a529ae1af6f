/**
 * A graph to places: each scope by ELK, inside first. A container is then a box of known size in the scope around it,
 * and as ASL's lines never leave their scope, nothing has to be routed through walls.
 */
import type { ElkExtendedEdge, ElkNode, ElkShape } from "elkjs/lib/elk-api.js";
import type { Graph, GraphNode, GraphScope } from "../../asl";
import { type Engine, optionsFor } from "./elk";
import { groupBy } from "./group";
import { guessScope } from "./guess";
import {
  BRANCH_TITLE,
  CARD_HEIGHT,
  cardWidth,
  DOT,
  HEADER,
  headerWidth,
  PAD,
  pillSize,
  portsOf,
  type Side,
  TERMINAL,
} from "./measure";
import { plusPoints } from "./plus";
import type {
  Direction,
  Layout,
  PlacedEdge,
  PlacedPanel,
  PlacedScope,
  Point,
  Rect,
  ScopeRequest,
  Size,
  UnmarkedEdge,
} from "./types";

export interface LayoutOptions {
  readonly direction: Direction;
  /** Containers shown as a card. */
  readonly collapsed: ReadonlySet<string>;
}

interface Container extends Size {
  /** Panels and the contents of each, from the container's corner. */
  readonly panels: readonly { panel: PlacedPanel; inner: PlacedScope; offset: Point }[];
}

/** Places that ELK gave before, by what was asked: an edit lays out only the scopes that it changed. */
const CACHE_LIMIT = 2000;
const cache = new Map<string, PlacedScope>();

/** Scopes of more states keep the places that are guessed: ELK would take minutes. */
const MOST_EXACT = 700;

/** A layout, and the places of each scope that it is made of. */
export interface Arranged {
  readonly layout: Layout;
  readonly scopes: ReadonlyMap<string, PlacedScope>;
}

/** The layout at once: exact where it is known, else by the last places of the same scope, else guessed. */
export function guessLayout(graph: Graph, options: LayoutOptions, before: Arranged | null): Arranged {
  return composed(
    placeScopes(graph, options, (request) => {
      const exact = request.nodes.length > MOST_EXACT ? undefined : cache.get(keyOf(request));
      return exact ?? guessScope(request, before?.scopes.get(request.scope));
    }),
  );
}

/**
 * Lay out the whole graph exactly, inside first. Unreachable states are left out: they wait in the tray. `guess` is the
 * guess of the same graph with the same options: it is given back where nothing in it can be said more exactly.
 */
export async function layoutGraph(
  graph: Graph,
  options: LayoutOptions,
  engine: Engine,
  guess: Arranged | null = null,
): Promise<Arranged> {
  const known = new Map<string, PlacedScope>();
  for (;;) {
    const asked = new Map<string, ElkNode>();
    const guessed = new Set<string>();
    const parts = placeScopes(graph, options, (request) => {
      const last = guess?.scopes.get(request.scope);
      // The sizes of what is around a guess are guesses too: those scopes come when what is inside is known.
      const isSure = request.nodes.every((node) => node.branches.every((branch) => !guessed.has(branch.scope)));
      if (request.nodes.length > MOST_EXACT) {
        if (!isSure) guessed.add(request.scope);
        return last !== undefined && holds(last, request) ? last : guessScope(request, last);
      }
      const key = isSure ? keyOf(request) : null;
      const placed = key === null ? undefined : (known.get(key) ?? cache.get(key));
      if (placed !== undefined) {
        known.set(key as string, placed);
        return placed;
      }
      if (key !== null) asked.set(key, elkGraph(request));
      guessed.add(request.scope);
      return last ?? guessScope(request, undefined);
    });
    if (asked.size === 0) return guess !== null && isSame(parts.scopes, guess.scopes) ? guess : composed(parts);
    await Promise.all(
      [...asked].map(async ([key, scope]) => {
        const placed = readScope(await engine(scope));
        known.set(key, placed);
        cache.set(key, placed);
        const oldest = cache.keys().next().value;
        if (cache.size > CACHE_LIMIT && oldest !== undefined) cache.delete(oldest);
      }),
    );
  }
}

const keyOf = (request: ScopeRequest): string => JSON.stringify(elkGraph(request));

/** Whether places that were made for the same nodes and lines are of the sizes that are asked for. */
const holds = (placed: PlacedScope, { nodes, sizes }: ScopeRequest): boolean =>
  nodes.every(({ id }) => {
    const [rect, size] = [placed.nodes.get(id), sizes.get(id)];
    return rect !== undefined && rect.width === size?.width && rect.height === size.height;
  });

type Scopes = ReadonlyMap<string, PlacedScope>;

const isSame = (one: Scopes, two: Scopes): boolean =>
  one.size === two.size && [...one].every(([pointer, placed]) => two.get(pointer) === placed);

/** Every scope placed, not yet in the coordinates of the whole. */
interface Parts {
  readonly root: PlacedScope;
  readonly containers: ReadonlyMap<string, Container>;
  readonly scopes: Scopes;
}

const composed = ({ root, containers, scopes }: Parts): Arranged => ({ layout: compose(root, containers), scopes });

/** Each scope by `place`, inside first. */
function placeScopes(graph: Graph, options: LayoutOptions, place: (request: ScopeRequest) => PlacedScope): Parts {
  const scopes = new Map(graph.scopes.map((scope) => [scope.pointer, scope]));
  const nodesOf = groupBy(
    graph.nodes.filter((node) => node.reachable),
    (node) => node.scope,
  );
  const edgesOf = groupBy(graph.edges, (edge) => edge.scope);
  const containers = new Map<string, Container>();
  const placed = new Map<string, PlacedScope>();

  const placeScope = (scope: GraphScope): PlacedScope => {
    const nodes = nodesOf.get(scope.pointer) ?? [];
    const sizes = new Map<string, Size>();
    const card = Math.max(0, ...nodes.filter((node) => node.kind === "state").map(cardWidth));
    for (const node of nodes) {
      if (node.branches.length > 0 && !options.collapsed.has(node.id)) {
        const container = placeContainer(node);
        containers.set(node.id, container);
        sizes.set(node.id, container);
      } else sizes.set(node.id, sizeOf(node, scope, card));
    }
    const shown = new Set(nodes.map((node) => node.id));
    const edges = (edgesOf.get(scope.pointer) ?? []).filter((edge) => shown.has(edge.source) && shown.has(edge.target));
    const found = place({ scope: scope.pointer, nodes, edges, sizes, direction: options.direction });
    placed.set(scope.pointer, found);
    return found;
  };

  const placeContainer = (node: GraphNode): Container => {
    const inner = node.branches.map((branch) => ({
      branch,
      placed: placeScope(scopes.get(branch.scope) as GraphScope),
    }));
    return arrange(node, inner, options.direction);
  };

  return { root: placeScope(scopes.get("") as GraphScope), containers, scopes: placed };
}

function sizeOf(node: GraphNode, scope: GraphScope, card: number): Size {
  if (node.kind === "state") return { width: card, height: CARD_HEIGHT };
  return scope.owner === null ? TERMINAL : DOT;
}

/** Branches beside one another (below one another when the flow runs sideways), all as tall as the tallest. */
function arrange(
  node: GraphNode,
  inner: readonly { branch: GraphNode["branches"][number]; placed: PlacedScope }[],
  direction: Direction,
): Container {
  const bare = node.type === "Map";
  const title = bare ? 0 : BRANCH_TITLE;
  const inset = bare ? 0 : PAD;
  const sizes = inner.map(({ placed }) => ({ width: placed.width + 2 * inset, height: placed.height + title + inset }));
  const widest = Math.max(...sizes.map((size) => size.width));
  const tallest = Math.max(...sizes.map((size) => size.height));
  const even = widest <= 1.35 * Math.min(...sizes.map((size) => size.width));
  const down = direction === "down";
  const panelSize = (size: Size): Size =>
    down ? { width: even ? widest : size.width, height: tallest } : { width: widest, height: size.height };
  const all = sizes.map(panelSize);
  const along = all.reduce((sum, size) => sum + (down ? size.width : size.height), 0) + PAD * (all.length - 1);
  const body: Size = down ? { width: along, height: tallest } : { width: widest, height: along };
  const width = Math.max(body.width + 2 * PAD, headerWidth(node));
  let at = down ? (width - body.width) / 2 : HEADER;
  const panels = inner.map(({ branch, placed }, index) => {
    const size = all[index] as Size;
    const corner = down ? { x: at, y: HEADER } : { x: (width - body.width) / 2, y: at };
    at += (down ? size.width : size.height) + PAD;
    const offset = {
      x: corner.x + (down ? (size.width - placed.width) / 2 : inset),
      y: corner.y + title,
    };
    return {
      panel: { ...corner, ...size, scope: branch.scope, title: bare ? "" : branch.title },
      inner: placed,
      offset,
    };
  });
  return { width, height: HEADER + body.height + PAD, panels };
}

const ELK_SIDES: Readonly<Record<Side, string>> = { top: "NORTH", right: "EAST", bottom: "SOUTH", left: "WEST" };

function elkGraph({ nodes, edges, sizes, direction }: ScopeRequest): ElkNode {
  return {
    id: "scope",
    layoutOptions: optionsFor(direction),
    children: nodes.map((node) => {
      const size = sizes.get(node.id) as Size;
      return {
        id: node.id,
        width: size.width,
        height: size.height,
        layoutOptions: { "elk.portConstraints": "FIXED_POS" },
        ports: portsOf(size, direction).map(({ name, side, x, y }) => ({
          id: `${node.id} ${name}`,
          width: 0,
          height: 0,
          x,
          y,
          layoutOptions: { "elk.port.side": ELK_SIDES[side] },
        })),
      };
    }),
    edges: edges.map((edge) => {
      const pill = pillSize(edge);
      return {
        id: edge.id,
        sources: [`${edge.source} ${edge.kind === "catch" ? "err" : "out"}`],
        targets: [`${edge.target} in`],
        layoutOptions: {
          "elk.layered.priority.straightness": edge.happy ? "100" : edge.kind === "catch" ? "1" : "4",
          "elk.layered.priority.shortness": edge.happy ? "10" : "1",
          "elk.layered.priority.direction": edge.happy ? "10" : "1",
        },
        labels:
          pill === null
            ? []
            : [
                {
                  id: `${edge.id} pill`,
                  text: edge.label,
                  ...pill,
                  layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
                },
              ],
      };
    }),
  };
}

function readScope(graph: ElkNode): PlacedScope {
  const nodes = new Map<string, Rect>();
  for (const child of graph.children ?? []) nodes.set(child.id, rectOf(child));
  const edges = new Map<string, UnmarkedEdge>();
  for (const edge of graph.edges ?? []) edges.set(edge.id, readEdge(edge));
  return { width: graph.width ?? 0, height: graph.height ?? 0, nodes, edges };
}

const rectOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkShape): Rect => ({ x, y, width, height });

function readEdge(edge: ElkExtendedEdge): UnmarkedEdge {
  const points = (edge.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint,
  ]);
  const label = edge.labels?.[0];
  return { points, pill: label === undefined ? null : rectOf(label) };
}

const moved = <T extends Point>(place: T, by: Point): T =>
  by.x === 0 && by.y === 0 ? place : { ...place, x: place.x + by.x, y: place.y + by.y };

/** Scopes in their containers' places, everything in the coordinates of the whole. */
function compose(root: PlacedScope, containers: ReadonlyMap<string, Container>): Layout {
  const nodes = new Map<string, Rect>();
  const edges = new Map<string, PlacedEdge>();
  const panels = new Map<string, PlacedPanel[]>();
  const put = (scope: PlacedScope, by: Point): void => {
    const placed = new Map([...scope.edges].map(([id, edge]) => [id, edge.points.map((point) => moved(point, by))]));
    const pills = new Map([...scope.edges].flatMap(([id, { pill }]) => (pill === null ? [] : [[id, moved(pill, by)]])));
    const plusOf = plusPoints(placed, pills);
    for (const id of scope.edges.keys()) {
      edges.set(id, {
        points: placed.get(id) ?? [],
        pill: pills.get(id) ?? null,
        // Asked for by the lines in sight only.
        get plus() {
          return plusOf(id) ?? by;
        },
      });
    }
    for (const [id, rect] of scope.nodes) {
      const at = moved(rect, by);
      nodes.set(id, at);
      const container = containers.get(id);
      if (container === undefined) continue;
      panels.set(
        id,
        container.panels.map(({ panel }) => panel),
      );
      for (const { inner, offset } of container.panels) put(inner, moved(offset, at));
    }
  };
  put(root, { x: 0, y: 0 });
  return { width: root.width, height: root.height, nodes, edges, panels };
}
