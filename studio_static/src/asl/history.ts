/**
 * Undo and redo of anything, with names ("Undo: Rename A to B"). A history is a value: past, present, future.
 */

export interface Step<T> {
  readonly label: string;
  readonly value: T;
}

export interface History<T> {
  readonly present: T;
  /** Values before each step, oldest first, with the step's name. */
  readonly past: readonly Step<T>[];
  /** Values after each undone step, next first. */
  readonly future: readonly Step<T>[];
  /** Steps of the same kind in a row, as typing in one field, are one step. */
  readonly group: string | null;
}

/** Steps kept; older ones are forgotten. */
const HISTORY_LIMIT = 200;

export const newHistory = <T>(present: T): History<T> => ({ present, past: [], future: [], group: null });

/**
 * The history with one step more. A step that changes nothing (the identical value) is none. With `group`, a step joins
 * the one before it if that had the same group.
 */
export function record<T>(history: History<T>, label: string, value: T, group: string | null = null): History<T> {
  if (Object.is(value, history.present)) return history;
  const joins = group !== null && group === history.group && history.past.length > 0;
  const past = joins ? history.past : [...history.past, { label, value: history.present }].slice(-HISTORY_LIMIT);
  return { present: value, past, future: [], group };
}

/** The next step starts a new one even in the same group. */
export const endGroup = <T>(history: History<T>): History<T> => ({ ...history, group: null });

/** One step back; the same history where there is none. */
export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {
    present: last.value,
    past: history.past.slice(0, -1),
    future: [{ label: last.label, value: history.present }, ...history.future],
    group: null,
  };
}

/** One step forward again; the same history where there is none. */
export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return {
    present: next.value,
    past: [...history.past, { label: next.label, value: history.present }],
    future,
    group: null,
  };
}

/** The name of what undo would take back, or null. */
export const undoLabel = <T>(history: History<T>): string | null => history.past.at(-1)?.label ?? null;
export const redoLabel = <T>(history: History<T>): string | null => history.future[0]?.label ?? null;
