/**
 * Keeping the draft on the server. One request at a time; each names the draft it is based on (If-Match), so that
 * someone else's edit is never overwritten.
 *
 *          change            delay             200
 *   saved ───────► changed ───────► saving ───────────► saved, or changed again when edited meanwhile
 *                     ▲                │ no answer ───► waiting (asks again, each time later) ─► saving
 *                     │                │ 412 ─────────► conflict: nothing is sent until a person has chosen
 *                     └── an edit ──── │ any other ───► refused: the reason is shown; the next edit tries again
 *
 * A document that is the saved one again (undo) is saved: there is no false "unsaved". Every change is also kept in
 * the browser (`backup`) until the server has it: closing the page, or a machine that dies, loses nothing.
 */
import type { ApiError } from "../../../api/errors";
import { asApiError } from "../../../api/errors";
import type { JsonObject } from "../../../asl/types";
import { identical } from "./merge";

export type SaveState =
  | { readonly kind: "saved"; readonly at: number }
  | { readonly kind: "changed" }
  | { readonly kind: "saving" }
  | { readonly kind: "waiting"; readonly message: string }
  | { readonly kind: "refused"; readonly error: ApiError }
  | { readonly kind: "conflict" };

/** What the saver needs of the world. */
export interface SaverPorts {
  /** Save `document` over the draft with `etag`; answers the new one. Throws ApiError. */
  readonly put: (document: JsonObject, etag: string) => Promise<{ etag: string; at: number }>;
  readonly backup: (document: JsonObject | null) => void;
  readonly changed: (state: SaveState) => void;
}

const DELAY_MS = 1200;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];

export class Saver {
  state: SaveState;
  /** The document as the server has it, the base of a merge. */
  saved: JsonObject;
  private document: JsonObject;
  private etag: string;
  private savedAt: number;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private failures = 0;
  private closed = false;

  constructor(
    document: JsonObject,
    etag: string,
    at: number,
    private readonly ports: SaverPorts,
  ) {
    this.document = document;
    this.saved = document;
    this.etag = etag;
    this.savedAt = at;
    this.state = { kind: "saved", at };
  }

  get currentEtag(): string {
    return this.etag;
  }

  /** The document is now this one. */
  change(document: JsonObject): void {
    if (document === this.document) return;
    this.document = document;
    this.ports.backup(this.isSaved() ? null : document);
    if (this.state.kind === "conflict" || this.running !== null) return;
    if (this.isSaved()) {
      this.stopTimer();
      this.become({ kind: "saved", at: this.savedAt });
    } else {
      this.become({ kind: "changed" });
      this.later(DELAY_MS);
    }
  }

  /** Save now; resolves once the server has the document, or it is known why not. */
  async flush(): Promise<SaveState> {
    while (this.running !== null) await this.running;
    if (!this.isSaved() && this.state.kind !== "conflict") await this.send();
    return this.state;
  }

  /** The draft is known to be another than the one this document was made of. */
  dispute(): void {
    this.stopTimer();
    this.become({ kind: "conflict" });
  }

  /** After a conflict: `document` is to replace the draft with `etag`, which holds `theirs`. */
  async resolve(document: JsonObject, theirs: JsonObject, etag: string): Promise<SaveState> {
    this.adopt(theirs, etag, Date.now());
    this.document = document;
    if (this.isSaved()) {
      this.ports.backup(null);
      this.become({ kind: "saved", at: this.savedAt });
      return this.state;
    }
    await this.send();
    return this.state;
  }

  /** Take what the server is known to have, without sending anything. */
  adopt(saved: JsonObject, etag: string, at: number): void {
    this.stopTimer();
    this.saved = saved;
    this.etag = etag;
    this.savedAt = at;
  }

  /** No more timers. What is not saved stays in the backup. */
  close(): void {
    this.closed = true;
    this.stopTimer();
  }

  private isSaved(): boolean {
    return identical(this.document, this.saved);
  }

  private send(): Promise<void> {
    this.stopTimer();
    this.running = this.sendOnce().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async sendOnce(): Promise<void> {
    const sent = this.document;
    this.become({ kind: "saving" });
    try {
      const answer = await this.ports.put(sent, this.etag);
      this.adopt(sent, answer.etag, answer.at);
      this.failures = 0;
      if (this.isSaved()) {
        this.ports.backup(null);
        this.become({ kind: "saved", at: this.savedAt });
      } else {
        this.become({ kind: "changed" });
        this.later(DELAY_MS);
      }
    } catch (thrown) {
      this.failed(asApiError(thrown), sent);
    }
  }

  private failed(error: ApiError, sent: JsonObject): void {
    if (error.status === 412) this.become({ kind: "conflict" });
    else if (error.isOffline || error.status >= 500 || error.status === 429) {
      const pause = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? DELAY_MS;
      this.failures += 1;
      this.become({ kind: "waiting", message: error.message });
      this.later(pause);
    } else if (this.document !== sent) {
      this.become({ kind: "changed" });
      this.later(DELAY_MS);
    } else this.become({ kind: "refused", error });
  }

  private later(pause: number): void {
    this.stopTimer();
    if (!this.closed) this.timer = setTimeout(() => void this.send(), pause);
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private become(state: SaveState): void {
    this.state = state;
    if (!this.closed) this.ports.changed(state);
  }
}
