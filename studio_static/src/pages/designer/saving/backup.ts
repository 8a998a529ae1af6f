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

/** Keep `backup`, or with null forget it. A full or forbidden storage is no reason to stop editing. */
export function keepBackup(workflow: string, backup: Backup | null): void {
  try {
    if (backup === null) localStorage.removeItem(key(workflow));
    else localStorage.setItem(key(workflow), JSON.stringify(backup));
  } catch {
    // The autosave goes on; only the net under it is missing.
  }
}

export function readBackup(workflow: string): Backup | null {
  try {
    const text = localStorage.getItem(key(workflow));
    const found = text === null ? null : (JSON.parse(text) as Partial<Backup>);
    if (typeof found?.etag !== "string" || !isObject(found.document) || !isObject(found.base)) return null;
    return { document: found.document, base: found.base, etag: found.etag };
  } catch {
    return null;
  }
}
