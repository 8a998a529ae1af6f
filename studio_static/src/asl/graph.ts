/**
 * From a definition to what a canvas draws: cards, containers, lines.
 *
 * Each scope (the whole, a branch, a Map's processor) has its own `start` and, where something ends in it, its own `end`.
 * ASL's transitions never leave their scope, so neither does a line: scopes can be laid out one by one, inside first.
 *
 * The **happy path** of a scope is the longest way from StartAt to a good end without catchers. It is drawn straight.
 */
import { type Description, describe, type ResourceNames } from "./describe";
import { linksOf, listPort, objectsIn } from "./links";
import { edgeId, scopeOf, statePointer } from "./pointer";
import { errorWords, ruleSentence } from "./sentences";
import type { Definition, EdgeId, Link, Port, ScopePointer, StateObject, StatePointer, StateType } from "./types";
import { type Scope, scopes, scopesOf, typeOf } from "./walk";

export interface GraphNode extends Description {
  /** A state's pointer; `<scope>#start` and `<scope>#end` for the ends of a scope. */
  readonly id: string;
  readonly kind: "state" | "start" | "end";
  readonly name: string;
  readonly type: StateType | null;
  readonly scope: ScopePointer;
  /** Branches of a container in their order; empty for other states. */
  readonly branches: readonly GraphBranch[];
  readonly reachable: boolean;
  /** Targets that no state of the scope has. */
  readonly dangling: readonly { readonly port: Port; readonly target: string }[];
}

interface GraphBranch {
  readonly scope: ScopePointer;
  readonly title: string;
}

type EdgeKind = "start" | "next" | "choice" | "default" | "catch";

export interface GraphEdge {
  readonly id: EdgeId;
  readonly kind: EdgeKind;
  readonly scope: ScopePointer;
  /** Node ids. */
  readonly source: string;
  readonly target: string;
  /** The rule's sentence, `otherwise`, the caught errors; empty for plain lines. */
  readonly label: string;
  readonly happy: boolean;
}

export interface GraphScope {
  readonly pointer: ScopePointer;
  readonly owner: StatePointer | null;
  /** State nodes' ids: each after those that lead to it, the happy path first, catchers last; unreachable ones at the end. */
  readonly order: readonly string[];
  /** States in it and in everything inside, for "5 states". */
  readonly size: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly scopes: readonly GraphScope[];
}

const startId = (scope: ScopePointer): string => `${scope}#start`;
const endId = (scope: ScopePointer): string => `${scope}#end`;
export const isStartId = (id: string): boolean => id.endsWith("#start");
export const isEndId = (id: string): boolean => id.endsWith("#end");

/** The scope that a node of the graph stands in. */
export const scopeOfNode = (id: string): ScopePointer =>
  isStartId(id) || isEndId(id) ? id.slice(0, id.lastIndexOf("#")) : scopeOf(id);

/** The graph of a whole definition. What did not change since another was asked for is the same object. */
export function buildGraph(definition: Definition, names?: ResourceNames): Graph {
  const parts = [...scopes(definition)].map((scope) => partOf(scope, names));
  return {
    nodes: parts.flatMap((part) => part.nodes),
    edges: parts.flatMap((part) => part.edges),
    scopes: withInside(parts.map((part) => part.scope)),
  };
}

/** One scope of the graph, and what it was made of. */
interface Part {
  readonly of: Scope;
  readonly names: ResourceNames | undefined;
  readonly scope: GraphScope;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** By the scope's states: those never change in place. */
const made = new WeakMap<Scope["states"], Part>();

function partOf(scope: Scope, names: ResourceNames | undefined): Part {
  const known = made.get(scope.states);
  if (known?.of.pointer === scope.pointer && known.of.startAt === scope.startAt && known.names === names) return known;
  const flow = new Flow(scope);
  const part = { of: scope, names, scope: flow.graphScope(), nodes: flow.nodes(names), edges: flow.edges() };
  made.set(scope.states, part);
  return part;
}

/** Scopes whose `size` counts what is inside too. */
function withInside(found: readonly GraphScope[]): GraphScope[] {
  const sizes = new Map(found.map((scope) => [scope.pointer, scope.size]));
  // Inner ones stand after those around them.
  for (const { pointer, owner } of found.toReversed()) {
    if (owner === null) continue;
    const around = scopeOf(owner);
    sizes.set(around, (sizes.get(around) ?? 0) + (sizes.get(pointer) ?? 0));
  }
  return found.map((scope) => {
    const size = sizes.get(scope.pointer) ?? scope.size;
    return size === scope.size ? scope : { ...scope, size };
  });
}

/** States never change in place: what one says is worked out once. */
const described = new WeakMap<StateObject, { names: ResourceNames | undefined; says: Description }>();

function descriptionOf(state: StateObject, names: ResourceNames | undefined): Description {
  const known = described.get(state);
  if (known !== undefined && known.names === names) return known.says;
  const says = describe(state, names);
  described.set(state, { names, says });
  return says;
}

/** Of a scope's states, those that each leads to. */
type Ways = Map<string, Set<string>>;

/** What a state became last, while it still becomes the same: its card, its lines. */
const cards = new WeakMap<StateObject, { readonly of: GraphNode; readonly names: ResourceNames | undefined }>();
interface Lines {
  readonly source: StatePointer;
  readonly taken: Port | undefined;
  readonly all: readonly GraphEdge[];
}
const lines = new WeakMap<StateObject, Lines>();

const SEEDS = 4096;

/** One scope's transitions, read once. */
class Flow {
  readonly links = new Map<string, readonly Link[]>();
  /** The happy path: what comes after each of its states; null after the last. */
  readonly happy: ReadonlyMap<string, string | null>;
  readonly order: string[] = [];
  readonly reached = new Set<string>();

  constructor(readonly scope: Scope) {
    for (const [name, state] of Object.entries(scope.states)) this.links.set(name, linksOf(state));
    this.happy = this.longestGoodPath();
    this.sort();
    for (const name of this.links.keys()) if (!this.reached.has(name)) this.order.push(name);
  }

  /**
   * The order in which a reader meets the states: each after all that lead to it, loops apart; the happy path first,
   * catchers last. Loops are cut where a depth-first walk along the happy path closes them.
   */
  private sort(): void {
    const back: Ways = new Map();
    this.depthFirst("happy first", back, new Map());
    this.order.push(...this.depthFirst("happy last", new Map(), back).reverse());
    for (const name of this.order) this.reached.add(name);
  }

  /** States in the order in which the walk leaves them. Lines in `cut` are not walked; those that close loops go to `back`. */
  private depthFirst(way: "happy first" | "happy last", back: Ways, cut: Ways): string[] {
    const left: string[] = [];
    const seen = new Set<string>();
    const open = new Set<string>();
    const stack: { name: string; targets: string[] }[] = [];
    const enter = (name: string): void => {
      seen.add(name);
      open.add(name);
      stack.push({ name, targets: this.targetsOf(name, way) });
    };
    if (this.links.has(this.scope.startAt)) enter(this.scope.startAt);
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const target = at.targets.shift();
      if (target === undefined) {
        left.push(at.name);
        open.delete(at.name);
        stack.pop();
        continue;
      }
      if (open.has(target)) back.set(at.name, (back.get(at.name) ?? new Set()).add(target));
      else if (!seen.has(target) && cut.get(at.name)?.has(target) !== true) enter(target);
    }
    return left;
  }

  private targetsOf(name: string, way: "happy first" | "happy last"): string[] {
    const happy = this.happyPort(name);
    const links = (this.links.get(name) ?? []).filter((link) => link.target !== null && this.links.has(link.target));
    const first = [...links.filter((link) => link.port === happy), ...links.filter((link) => link.port !== happy)];
    const targets = first.map((link) => link.target as string);
    return way === "happy first" ? targets : targets.reverse();
  }

  /**
   * The longest way to an end that is no Fail, loops cut where they close. A plain depth-first search with what each
   * state reaches remembered: exact without loops, good enough with them.
   */
  private longestGoodPath(): ReadonlyMap<string, string | null> {
    const best = new Map<string, { length: number; next: string | null }>();
    const open = new Set<string>();
    const stack = [this.scope.startAt];
    let steps = 0;
    while (stack.length > 0 && steps < SEEDS * 16) {
      steps += 1;
      const name = stack.at(-1) as string;
      const state = this.scope.states[name];
      if (state === undefined || !this.links.has(name) || best.has(name)) {
        stack.pop();
        continue;
      }
      const targets = this.goodTargets(name);
      const pending = targets.filter(
        (target) => target !== null && !open.has(target) && !best.has(target) && this.links.has(target),
      );
      if (!open.has(name) && pending.length > 0) {
        open.add(name);
        stack.push(...(pending as string[]));
        continue;
      }
      best.set(name, this.bestOf(state, targets, best));
      open.delete(name);
      stack.pop();
    }
    const path = new Map<string, string | null>();
    for (let at: string | null = this.scope.startAt; at !== null && this.links.has(at) && !path.has(at); ) {
      const next: string | null = best.get(at)?.next ?? null;
      path.set(at, next !== null && this.links.has(next) && !path.has(next) ? next : null);
      at = next;
    }
    return path;
  }

  private goodTargets(name: string): (string | null)[] {
    return (this.links.get(name) ?? []).filter((link) => !link.port.startsWith("catch/")).map((link) => link.target);
  }

  private bestOf(
    state: StateObject,
    targets: (string | null)[],
    best: ReadonlyMap<string, { length: number; next: string | null }>,
  ) {
    const type = typeOf(state);
    if (type === "Fail") return { length: -1000, next: null };
    let chosen: { length: number; next: string | null } = {
      length: type === "Succeed" || targets.includes(null) ? 1 : -500,
      next: null,
    };
    for (const target of targets) {
      const found = target === null ? undefined : best.get(target);
      if (target !== null && found !== undefined && found.length + 1 > chosen.length)
        chosen = { length: found.length + 1, next: target };
    }
    return chosen;
  }

  graphScope(): GraphScope {
    const { pointer, owner, states } = this.scope;
    return {
      pointer,
      owner,
      order: this.order.map((name) => statePointer(pointer, name)),
      size: Object.keys(states).length,
    };
  }

  nodes(names?: ResourceNames): GraphNode[] {
    const { pointer, owner, states } = this.scope;
    const ends =
      [...this.links].some(([, links]) => links.some((link) => link.target === null)) ||
      Object.keys(states).length === 0;
    const bare = {
      type: null,
      scope: pointer,
      branches: [],
      reachable: true,
      dangling: [],
      icon: "pass",
      tone: "grey",
      subtitle: "",
      badges: [],
    } as const;
    return [
      { id: startId(pointer), kind: "start", name: owner === null ? "Start" : "Branch starts", ...bare },
      ...this.order.map((name) => this.stateNode(name, states[name] as StateObject, names)),
      ...(ends
        ? [{ id: endId(pointer), kind: "end", name: owner === null ? "End" : "Branch ends", ...bare } as const]
        : []),
    ];
  }

  private stateNode(name: string, state: StateObject, names?: ResourceNames): GraphNode {
    const pointer = statePointer(this.scope.pointer, name);
    const known = cards.get(state);
    if (known?.of.id === pointer && known.names === names && known.of.reachable === this.reached.has(name)) {
      if (known.of.dangling.length === 0 && this.isWhole(name)) return known.of;
    }
    const node = this.newNode(name, pointer, state, names);
    cards.set(state, { of: node, names });
    return node;
  }

  /** Whether every transition of a state leads to a state. */
  private isWhole(name: string): boolean {
    return (this.links.get(name) ?? []).every(({ target }) => target === null || this.links.has(target));
  }

  private newNode(name: string, pointer: StatePointer, state: StateObject, names?: ResourceNames): GraphNode {
    const type = typeOf(state);
    return {
      id: pointer,
      kind: "state",
      name,
      type,
      scope: this.scope.pointer,
      branches: scopesOf(state, pointer).map((inner) => ({
        scope: inner.pointer,
        title: type === "Map" ? "For each item" : `Branch ${inner.branch + 1}`,
      })),
      reachable: this.reached.has(name),
      dangling: (this.links.get(name) ?? []).flatMap((link) =>
        link.target === null || this.links.has(link.target) ? [] : [{ port: link.port, target: link.target }],
      ),
      ...descriptionOf(state, names),
    };
  }

  edges(): GraphEdge[] {
    const { pointer, startAt, states } = this.scope;
    const edges: GraphEdge[] = [];
    const first = this.links.has(startAt)
      ? statePointer(pointer, startAt)
      : this.links.size === 0
        ? endId(pointer)
        : null;
    if (first !== null) {
      edges.push({
        id: edgeId(pointer, "start"),
        kind: "start",
        scope: pointer,
        source: startId(pointer),
        target: first,
        label: "",
        happy: true,
      });
    }
    for (const name of this.order) edges.push(...this.edgesOf(name, states[name] as StateObject));
    return edges;
  }

  private edgesOf(name: string, state: StateObject): readonly GraphEdge[] {
    const { pointer } = this.scope;
    const source = statePointer(pointer, name);
    const taken = this.happyPort(name);
    const isWhole = this.isWhole(name);
    const known = lines.get(state);
    if (isWhole && known?.source === source && known.taken === taken) return known.all;
    const all = (this.links.get(name) ?? []).flatMap(({ port, target }): GraphEdge[] => {
      if (target !== null && !this.links.has(target)) return [];
      return [
        {
          id: edgeId(source, port),
          kind: port.split("/")[0] as EdgeKind,
          scope: pointer,
          source,
          target: target === null ? endId(pointer) : statePointer(pointer, target),
          label: labelOf(state, port),
          happy: port === taken,
        },
      ];
    });
    if (isWhole) lines.set(state, { source, taken, all });
    return all;
  }

  /** The port by which the happy path leaves a state. */
  private happyPort(name: string): Port | undefined {
    const next = this.happy.get(name);
    if (next === undefined) return undefined;
    return (this.links.get(name) ?? []).find((link) => link.target === next && !link.port.startsWith("catch/"))?.port;
  }
}

/** The words on a line. */
export function labelOf(state: StateObject, port: Port): string {
  if (port === "default") return "otherwise";
  const list = listPort(port);
  if (list === null) return "";
  const item = objectsIn(state, list.key).find((entry) => entry.index === list.index)?.value;
  if (item === undefined) return "";
  return list.key === "Choices" ? ruleSentence(item) : errorWords(item);
}
