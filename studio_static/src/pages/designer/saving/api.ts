/** What the designer asks of the API. */
import { get, path, post, put, request } from "../../../api/client";
import { headersWhileLeaving } from "../../../api/credentials";
import type { JsonObject } from "../../../asl/types";

export interface DraftAnswer {
  readonly workflow: string;
  readonly document: JsonObject;
  readonly etag: string;
  readonly updated_at: string | null;
  readonly updated_by: string;
  readonly based_on_version?: number | null;
}

export interface WorkflowAnswer {
  readonly name: string;
  readonly active_version: number | null;
  readonly latest_version: number | null;
}

export interface VersionAnswer {
  readonly workflow: string;
  readonly version: number;
  readonly digest: string;
  readonly note: string;
  readonly published_at: string | null;
  readonly published_by: string;
  readonly active: boolean;
}

export const getDraft = (name: string) => get<DraftAnswer>(path("/workflows/{}/draft", name));
export const getWorkflow = (name: string) => request<WorkflowAnswer>("GET", path("/workflows/{}", name));
export const getVersion = (name: string, number: number) =>
  get<VersionAnswer & { document: JsonObject }>(path("/workflows/{}/versions/{}", name, number));

export async function putDraft(name: string, document: JsonObject, etag: string | null): Promise<DraftAnswer> {
  return (await put<DraftAnswer>(path("/workflows/{}/draft", name), { document }, etag)).body;
}

/** The server runs the draft's cases and refuses where some fail, unless they are accepted. */
export const publishDraft = (name: string, note: string, etag: string, accept_failing_cases: boolean) =>
  post<VersionAnswer>(path("/workflows/{}/publish", name), { note, accept_failing_cases }, etag);

export const rollback = (name: string, version: number, etag: string | null) =>
  post<VersionAnswer>(path("/workflows/{}/rollback", name), { version }, etag);

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
