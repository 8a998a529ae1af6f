/** What the designer asks of the API. */
import { get, path, post, put, request } from "../../../api/client";
import { headersWhileLeaving } from "../../../api/credentials";
import type { Draft, Version, Workflow } from "../../../api/schema";
import type { JsonObject } from "../../../asl/types";

export type DraftAnswer = Omit<Draft, "document" | "edited" | "cases"> & { readonly document: JsonObject };

export const getDraft = (name: string) => get<DraftAnswer>(path("/workflows/{}/draft", name));
export const getWorkflow = (name: string) => request<Workflow>("GET", path("/workflows/{}", name));
export const getVersion = (name: string, number: number) =>
  get<Version & { document: JsonObject }>(path("/workflows/{}/versions/{}", name, number));

export async function putDraft(name: string, document: JsonObject, etag: string | null): Promise<DraftAnswer> {
  return (await put<DraftAnswer>(path("/workflows/{}/draft", name), { document }, etag)).body;
}

/** The server runs the draft's cases and refuses where some fail, unless they are accepted. */
export const publishDraft = (name: string, note: string, etag: string, accept_failing_cases: boolean) =>
  post<Version>(path("/workflows/{}/publish", name), { note, accept_failing_cases }, etag);

export const rollback = (name: string, version: number, etag: string | null) =>
  post<Version>(path("/workflows/{}/rollback", name), { version }, etag);

const KEEPALIVE_BYTES = 60_000;

/** A save that goes on while the page is closed. Whatever it answers, nobody hears it: the backup stays until then. */
export function saveWhileLeaving(name: string, document: JsonObject, etag: string): void {
  const body = JSON.stringify({ document });
  if (body.length > KEEPALIVE_BYTES) return;
  void fetch(path("/workflows/{}/draft", name), {
    method: "PUT",
    keepalive: true,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "If-Match": `"${etag}"`, ...headersWhileLeaving() },
    body,
  }).catch(() => undefined);
}
