/**
 * What is too large for a request or an answer on AWS (functions/app/routes/uploads.py): it goes by an address of the bucket of
 * payloads, which needs no token and is good for a few minutes.
 */

import { MOST_SENT_BYTES } from "./schema";

const TOO_LARGE = "Automate-Too-Large";
const UPLOAD = "Automate-Upload";

interface Place {
  $too_large: { bytes: number; href: string };
}

/** The address that stands in the place of an answer; null where the answer itself is there. */
export async function addressOf(response: Response): Promise<string | null> {
  if (!response.ok || response.headers.get(TOO_LARGE) === null) return null;
  return ((await response.json()) as Place).$too_large.href;
}

/** Whether a body may not fit. A character takes twelve bytes at most; most bodies need not be written out again. */
export function isTooLarge(body: string): boolean {
  return body.length > MOST_SENT_BYTES / 12 && escapedBytes(body) > MOST_SENT_BYTES;
}

function escapedBytes(body: string): number {
  return JSON.stringify(body).replace(/[^\x20-\x7e]/g, "\\u0000").length;
}

/** Puts a body where `ask` says; the header that names it, or null where the request itself may be that large. */
export async function uploaded(
  body: string,
  ask: (bytes: number) => Promise<{ id: string | null; href: string | null; headers: Record<string, string> }>,
): Promise<Record<string, string> | null> {
  const bytes = new Blob([body]);
  const { id, href, headers } = await ask(bytes.size);
  if (id === null || href === null) return null;
  const put = await fetch(href, { method: "PUT", headers, body: bytes, credentials: "omit" });
  if (!put.ok) throw new Error(`A large body could not be put: its address answers ${put.status}.`);
  return { [UPLOAD]: id };
}
