/**
 * The one way to the API. Answers to GET are kept with their ETag: asked again, an unchanged one costs a 304 without a
 * body, and the caller gets the very same object, so that React has nothing to draw anew.
 */
import { withToken } from "./credentials";
import { ApiError, type ErrorShape } from "./errors";
import { addressOf, isTooLarge, uploaded } from "./large";
import { reasonFor } from "./revealing";

/** Where the API is: the page's own origin. */
const BASE = "";
const KEPT = 200;

interface Kept {
  etag: string;
  body: unknown;
}

export interface Answer<T> {
  body: T;
  /** Without quotes; what If-Match names. */
  etag: string | null;
  status: number;
}

export interface RequestOptions {
  body?: unknown;
  ifMatch?: string | null;
  signal?: AbortSignal;
}

const kept = new Map<string, Kept>();

/** A path with its parts escaped and a query of what is neither null nor empty: `path("/workflows/{}", name)`. */
export function path(pattern: string, ...parts: (string | number)[]): string {
  let index = 0;
  return pattern.replace(/\{\}/g, () => encodeURIComponent(String(parts[index++] ?? "")));
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export function withQuery(address: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (given.length === 0) return address;
  return `${address}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** One request, with its ETag and status. Throws ApiError. */
export async function request<T>(method: string, address: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const slot = slotOf(address);
  const known = method === "GET" ? kept.get(slot) : undefined;
  const headers: Record<string, string> = { Accept: "application/json", ...revealing(method, address) };
  if (known) headers["If-None-Match"] = `"${known.etag}"`;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch === "*" ? "*" : `"${options.ifMatch}"`;
  const text = options.body === undefined ? null : JSON.stringify(options.body);
  if (text !== null) headers["Content-Type"] = "application/json";
  const named = text !== null && isTooLarge(text) ? await uploaded(text, expectUpload) : null;
  const sent = named === null ? text : null;
  const response = await followed(
    await withToken(
      (token) => send(method, address, { ...headers, ...named, ...token }, sent, options),
      options.signal,
    ),
    options,
  );
  if (response.status === 304 && known) return { body: known.body as T, etag: known.etag, status: 304 };
  const body = await read(response);
  if (!response.ok) throw failure(response.status, body);
  const etag = response.headers.get("ETag")?.replace(/^(?:W\/)?"(.*)"$/, "$1") ?? null;
  if (method === "GET" && etag !== null) keep(slot, { etag, body });
  return { body: body as T, etag, status: response.status };
}

/** The answer itself, where its address came in its place. The tag that it is kept under is that of the first. */
async function followed(response: Response, options: RequestOptions): Promise<Response> {
  const href = await addressOf(response);
  if (href === null) return response;
  const whole = await fetch(href, { credentials: "omit", cache: "no-store", signal: options.signal ?? null });
  if (!whole.ok)
    throw new ApiError(whole.status, { code: "NoAnswer", message: "A large answer could not be fetched." });
  const headers = new Headers({ "Content-Type": whole.headers.get("Content-Type") ?? "application/json" });
  const tag = response.headers.get("ETag");
  if (tag !== null) headers.set("ETag", tag);
  return new Response(whole.body, { status: response.status, headers });
}

async function expectUpload(bytes: number) {
  return post<{ id: string | null; href: string | null; headers: Record<string, string> }>("/uploads", { bytes });
}

async function send(
  method: string,
  address: string,
  headers: Record<string, string>,
  body: string | null,
  options: RequestOptions,
) {
  try {
    return await fetch(BASE + address, {
      method,
      headers,
      credentials: "same-origin",
      // We keep answers ourselves: the browser's cache would hide what is a 304 and what is not.
      cache: "no-store",
      body,
      signal: options.signal ?? null,
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new ApiError(0, {
      code: "NoAnswer",
      message: "The server does not answer.",
      advice: "Look whether it still runs: make run, or automate up. This page goes on by itself once it is back.",
    });
  }
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
  if (!isJson || text === "") return text;
  return JSON.parse(text);
}

function failure(status: number, body: unknown): ApiError {
  const shape = (body as { error?: ErrorShape } | null)?.error;
  if (shape?.message) return new ApiError(status, shape);
  return new ApiError(status, { code: `Http${status}`, message: `The server answered ${status}.` });
}

function keep(address: string, entry: Kept): void {
  kept.delete(address);
  kept.set(address, entry);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}

/** What was last answered for this address, if it is still kept: a page drawn again shows it at once. */
export function lastAnswer<T>(address: string): T | null {
  return (kept.get(slotOf(address))?.body as T | undefined) ?? null;
}

/** Where an answer is kept: one in clear apart from the one that hides. */
function slotOf(address: string): string {
  return reasonFor(address) === null ? address : `revealed ${address}`;
}

function revealing(method: string, address: string): Record<string, string> {
  const reason = method === "GET" ? reasonFor(address) : null;
  return reason === null ? {} : { "Automate-Reveal": encodeURIComponent(reason) };
}

export async function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  return (await request<T>("GET", address, signal ? { signal } : {})).body;
}

export async function post<T>(address: string, body: unknown = {}, ifMatch?: string | null): Promise<T> {
  return (await request<T>("POST", address, { body, ifMatch: ifMatch ?? null })).body;
}

export async function put<T>(address: string, body: unknown, ifMatch?: string | null): Promise<Answer<T>> {
  return request<T>("PUT", address, { body, ifMatch: ifMatch ?? null });
}

export async function del<T>(address: string): Promise<T> {
  return (await request<T>("DELETE", address)).body;
}

/** Saves an answer as a file. A link to it would carry no token. */
export async function saveFile(address: string, name: string): Promise<void> {
  const response = await withToken((token) =>
    send("GET", address, { ...token, ...revealing("GET", address) }, null, {}),
  );
  const href = await addressOf(response);
  if (!response.ok) throw failure(response.status, await read(response));
  if (href !== null) {
    save(href, name); // it says itself that it is a file
    return;
  }
  const place = URL.createObjectURL(await response.blob());
  save(place, name);
  URL.revokeObjectURL(place);
}

/** Lets the browser keep what is at `href` as the file `name`. */
export function save(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}
