/** The lines of the timeline: the steps as a tree, items of a Map folded until they are asked for. Pure. */
import type { Step } from "../../../api/schema";
import { indexOf, isUnderWay, itemNumber, needsEye, type StepIndex, stepsIn, worst } from "../steps";

export interface Row {
  readonly key: string;
  readonly kind: "step" | "item" | "rest";
  /** The step that a click selects. */
  readonly step: Step;
  readonly label: string;
  /** Beside the label: "item 3". */
  readonly hint: string;
  readonly depth: number;
  readonly status: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly foldable: boolean;
  readonly open: boolean;
  /** Place among its siblings, from 1, for whoever hears the tree. */
  readonly position: number;
  readonly siblings: number;
}

/** Folds that a person has set, by the row's key: open or not. What is not there is as it opens by itself. */
export type Folds = ReadonlyMap<string, boolean>;

const FEW_ITEMS = 6;
const MOST_SHOWN_FIRST = 20;

export interface Item {
  readonly index: number;
  readonly steps: readonly Step[];
  readonly status: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The items of a Map with the steps of each, by their number. */
export function itemsOf(index: StepIndex, map: Step): Item[] {
  const byItem = new Map<number, Step[]>();
  for (const step of stepsIn(index, map.id)) {
    const item = step.item ?? 0;
    const list = byItem.get(item);
    if (list) list.push(step);
    else byItem.set(item, [step]);
  }
  return [...byItem.entries()].sort(([one], [two]) => one - two).map(([number, steps]) => itemOf(number, steps, map));
}

/** An item fares as its last step does; only a step that a Catcher helped may stand before. */
function itemOf(index: number, steps: readonly Step[], map: Step): Item {
  const open = steps.some((step) => step.exited_at === null);
  const under = steps.filter((step) => isUnderWay(step.status)).map((step) => step.status);
  const last = steps.at(-1)?.status ?? "SUCCEEDED";
  const between = last === "SUCCEEDED" && map.exited_at === null && steps.at(-1)?.next ? "RUNNING" : last;
  const ends = steps.flatMap((step) => (step.exited_at === null ? [] : [step.exited_at]));
  return {
    index,
    steps,
    status: under.length > 0 ? worst(under) : between === "CAUGHT" ? "SUCCEEDED" : between,
    from: steps[0]?.entered_at ?? null,
    to: open ? null : (ends.sort().at(-1) ?? null),
  };
}

/** Failures first, then what is under way, then the rest; by number within each. */
export function failuresFirst(items: readonly Item[]): Item[] {
  const rank = (status: string) => (needsEye(status) ? 0 : isUnderWay(status) ? 1 : status === "ABORTED" ? 2 : 3);
  return [...items].sort((one, two) => rank(one.status) - rank(two.status) || one.index - two.index);
}

/** The timeline's rows. */
export function rowsOf(steps: readonly Step[], folds: Folds, index: StepIndex = indexOf(steps)): Row[] {
  const rows: Row[] = [];
  new Walk(index, folds, rows).list(stepsIn(index, ""), 0);
  return rows;
}

class Walk {
  constructor(
    private readonly index: StepIndex,
    private readonly folds: Folds,
    private readonly rows: Row[],
  ) {}

  list(steps: readonly Step[], depth: number): void {
    steps.forEach((step, place) => {
      this.step(step, depth, "", place + 1, steps.length);
    });
  }

  private step(step: Step, depth: number, hint: string, position: number, siblings: number): void {
    const inner = stepsIn(this.index, step.id);
    const items = step.type === "Map" && inner.length > 0 ? itemsOf(this.index, step) : null;
    const byItself = items === null || items.length <= FEW_ITEMS || items.some((item) => needsEye(item.status));
    const open = this.folds.get(step.id) ?? byItself;
    this.rows.push({
      key: step.id,
      kind: "step",
      step,
      label: step.name,
      hint: [hint, items && items.length > FEW_ITEMS ? `${items.length} items` : ""].filter(Boolean).join(", "),
      depth,
      status: step.status,
      from: step.entered_at,
      to: step.exited_at,
      foldable: inner.length > 0,
      open,
      position,
      siblings,
    });
    if (!open) return;
    if (items) this.items(step, items, depth + 1);
    else this.list(byBranch(inner), depth + 1);
  }

  /** All of a few; of many those that want an eye, and one row for the others. */
  private items(map: Step, items: readonly Item[], depth: number): void {
    if (items.length <= FEW_ITEMS) {
      items.forEach((item, place) => {
        this.item(map, item, depth, place + 1, items.length);
      });
      return;
    }
    const first = failuresFirst(items)
      .filter((item) => needsEye(item.status))
      .slice(0, MOST_SHOWN_FIRST);
    const shown = new Set(first.map((item) => item.index));
    const rest = items.filter((item) => !shown.has(item.index));
    first.forEach((item, place) => {
      this.item(map, item, depth, place + 1, first.length + 1);
    });
    if (rest.length === 0) return;
    const key = `${map.id} rest`;
    const open = this.folds.get(key) ?? false;
    this.rows.push({
      key,
      kind: "rest",
      step: map,
      label: first.length > 0 ? `${rest.length} other items` : `${rest.length} items`,
      hint: "",
      depth,
      status: worst(rest.map((item) => item.status)),
      from: earliest(rest),
      to: latest(rest),
      foldable: true,
      open,
      position: first.length + 1,
      siblings: first.length + 1,
    });
    if (!open) return;
    rest.forEach((item, place) => {
      this.item(map, item, depth + 1, place + 1, rest.length);
    });
  }

  /** An item of one step is that step. */
  private item(map: Step, item: Item, depth: number, position: number, siblings: number): void {
    const [first] = item.steps;
    if (first === undefined) return;
    if (item.steps.length === 1) {
      this.step(first, depth, itemNumber(item.index), position, siblings);
      return;
    }
    const key = `${map.id} item ${item.index}`;
    const open = this.folds.get(key) ?? needsEye(item.status);
    this.rows.push({
      key,
      kind: "item",
      step: stepOfItem(item),
      label: `Item ${item.index + 1}`,
      hint: "",
      depth,
      status: item.status,
      from: item.from,
      to: item.to,
      foldable: true,
      open,
      position,
      siblings,
    });
    if (open) this.list(item.steps, depth + 1);
  }
}

/** What is worth seeing of an item: where it failed or is, else its last step. */
export function stepOfItem(item: Item): Step {
  return (item.steps.findLast((step) => step.status === item.status) ?? item.steps.at(-1)) as Step;
}

/** The branches one after the other; within each as it was entered. */
function byBranch(steps: readonly Step[]): Step[] {
  return [...steps].sort((one, two) => (one.branch ?? 0) - (two.branch ?? 0));
}

function earliest(items: readonly Item[]): string | null {
  return items.reduce<string | null>(
    (found, { from }) => (found === null || (from && from < found) ? from : found),
    null,
  );
}

function latest(items: readonly Item[]): string | null {
  if (items.some((item) => item.to === null)) return null;
  return items.reduce<string | null>((found, { to }) => (found === null || (to && to > found) ? to : found), null);
}

/** The keys that have to be open so that a step has its row. */
export function keysTo(index: StepIndex, step: Step): string[] {
  const keys: string[] = [];
  for (let each: Step | undefined = step; each?.parent; each = index.byId.get(each.parent)) {
    keys.push(each.parent);
    if (each.item !== null) keys.push(`${each.parent} rest`, `${each.parent} item ${each.item}`);
  }
  return keys;
}
