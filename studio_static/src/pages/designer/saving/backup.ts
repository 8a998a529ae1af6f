/** The last unsaved document of each workflow, in the browser: found again after a crash or a closed page. */
import { isObject } from "../../../asl/pointer";
import type { JsonObject } from "../../../asl/types";

export interface Backup {
  readonly document: JsonObject;
  /** The draft that it was made of, and its ETag. */
  readonly base: JsonObject;
  readonly etag: string;
}

const key = (workflow: string): string => `automate.draft.${workflow}`;

/** Storage is slow and its text is long: what is typed in one go is written once. */
const PAUSE_MS = 300;
let pending: { workflow: string; backup: Backup; timer: ReturnType<typeof setTimeout> } | null = null;

/** Keep `backup` in a moment, or with null forget it at once. */
export function keepBackup(workflow: string, backup: Backup | null): void {
  if (pending !== null && pending.workflow !== workflow) writeBackup();
  if (pending !== null) clearTimeout(pending.timer);
  pending = backup === null ? null : { workflow, backup, timer: setTimeout(writeBackup, PAUSE_MS) };
  if (backup === null) stored(() => localStorage.removeItem(key(workflow)));
}

/** Write what is still to be kept: the page goes away. */
export function writeBackup(): void {
  if (pending === null) return;
  const { workflow, backup, timer } = pending;
  clearTimeout(timer);
  pending = null;
  stored(() => localStorage.setItem(key(workflow), JSON.stringify(backup)));
}

/** A full or forbidden storage is no reason to stop editing: only the net under the autosave is missing. */
function stored(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

export function readBackup(workflow: string): Backup | null {
  writeBackup();
  try {
    const text = localStorage.getItem(key(workflow));
    const found = text === null ? null : (JSON.parse(text) as Partial<Backup>);
    if (typeof found?.etag !== "string" || !isObject(found.document) || !isObject(found.base)) return null;
    return { document: found.document, base: found.base, etag: found.etag };
  } catch {
    return null;
  }
}
