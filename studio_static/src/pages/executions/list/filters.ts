/** The filters of the list of executions: what the address has of them, and what the API is asked for. Pure. */
import type { Query } from "../../../api/client";
import type { ExecutionCount, RedriveManyRequest } from "../../../api/schema";
import type { Clock } from "../../../app/preferences";
import { EXECUTION_STATUSES } from "../../../facts";
import { formatTime } from "../../../ui/time";
import { UNSUCCESSFUL, type Unsuccessful } from "../redrive";

/** Each is a parameter of the address. Times are the API's own words; `last` counts back from now: "24h". */
export const NO_FILTERS = {
  text: "",
  workflow: "",
  status: "",
  name: "",
  business_key: "",
  error: "",
  last: "",
  started_after: "",
  started_before: "",
  order: "newest",
};

export type Filters = typeof NO_FILTERS;

export const SPANS: readonly { value: string; label: string; seconds: number }[] = [
  { value: "1h", label: "The last hour", seconds: 3600 },
  { value: "24h", label: "The last 24 hours", seconds: 86_400 },
  { value: "7d", label: "The last 7 days", seconds: 7 * 86_400 },
  { value: "30d", label: "The last 30 days", seconds: 30 * 86_400 },
];

const PIECE_MS = 300_000;

/** What begins with this; a * of one's own stays. */
function prefix(text: string): string {
  return text === "" || text.endsWith("*") ? text : `${text}*`;
}

/** Back from `now` in milliseconds, at whole five minutes: polls ask the same, and so are executions counted. */
export function sinceOf(span: string, now: number): string {
  const found = SPANS.find(({ value }) => value === span);
  if (found === undefined) return "";
  const piece = Math.floor(now / PIECE_MS) * PIECE_MS;
  return new Date(piece - found.seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Statuses that are known, in the order in which they are shown. */
export function statusesOf(text: string): string[] {
  const given = new Set(text.split(","));
  return EXECUTION_STATUSES.filter((status) => given.has(status));
}

/** The parameters of GET /executions. */
export function queryOf(filters: Filters, now: number): Query {
  return {
    text: filters.text,
    workflow: filters.workflow,
    status: statusesOf(filters.status).join(","),
    name: prefix(filters.name),
    business_key: prefix(filters.business_key),
    error: prefix(filters.error),
    started_after: filters.last ? sinceOf(filters.last, now) : filters.started_after,
    started_before: filters.last ? "" : filters.started_before,
    order: filters.order === "oldest" ? "oldest" : "",
  };
}

/** What is saved of them under a name: those that are set, as the API has them, and a span as a span. */
export function viewOf(filters: Filters): Record<string, string> {
  const { started_after, started_before, ...asked } = queryOf(filters, 0);
  const times: Query = filters.last ? { last: filters.last } : { started_after, started_before };
  const found = Object.entries({ ...asked, ...times }).filter(([, value]) => value !== "");
  return Object.fromEntries(found.sort().map(([name, value]) => [name, String(value)]));
}

export function isFiltered({ order: _, ...filters }: Filters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** What a text is looked for in, which depends on the store. */
export const SEARCHES = {
  words: "Words of business keys, errors and causes, by how they begin.",
  beginnings: "What a business key or an error begins with.",
} as const;

/**
 * How many there are, for the head. `seen` are those up to the page that is shown; of the last one they are all, but for
 * what began since the first was read.
 */
export function counterWords(seen: number, isLast: boolean, count: ExecutionCount | null): string {
  const number = count?.number ?? 0;
  if (isLast && number <= seen) return `(${seen.toLocaleString("en-GB")})`;
  if (count === null || count.relation === null || number <= seen) return `(more than ${seen.toLocaleString("en-GB")})`;
  return `(${RELATIONS[count.relation]}${number.toLocaleString("en-GB")})`;
}

const RELATIONS = { exact: "", about: "about ", at_least: "at least " };

export interface ManyToRedrive {
  readonly workflow: string;
  readonly status: Unsuccessful;
  /** As they are asked for: "http.*"; empty for any. */
  readonly error: string;
  readonly name: string;
  readonly business_key: string;
  readonly started_after: string;
  readonly started_before: string;
}

/**
 * Which executions "Redrive all" means: those that the list shows, of one workflow with one status that did not succeed.
 * Null where it shows others.
 */
export function manyToRedrive(filters: Filters, now: number): ManyToRedrive | null {
  const statuses = statusesOf(filters.status);
  const status = UNSUCCESSFUL.find((each) => each === statuses[0]);
  if (filters.workflow === "" || filters.text !== "" || statuses.length !== 1 || status === undefined) return null;
  const { error, name, business_key, started_after, started_before } = queryOf(filters, now);
  return {
    workflow: filters.workflow,
    status,
    error: String(error),
    name: String(name),
    business_key: String(business_key),
    started_after: String(started_after),
    started_before: String(started_before),
  };
}

/** The body of POST /workflows/{name}/redrive, without its page. */
export function redriveRequest(many: ManyToRedrive): RedriveManyRequest {
  return {
    status: many.status,
    error: many.error || null,
    name: many.name || null,
    business_key: many.business_key || null,
    started_after: many.started_after || null,
    started_before: many.started_before || null,
  };
}

/** "Any"; "Begins with http." of http.*. */
export function prefixWords(text: string): string {
  if (text === "") return "Any";
  return text.endsWith("*") ? `Begins with ${text.slice(0, -1)}` : text;
}

/** "At any time", "Since 24 Nov 2026, 14:12:00 UTC", "From … until …". */
export function windowWords({ started_after, started_before }: ManyToRedrive, clock: Clock): string {
  const [after, before] = [started_after, started_before].map((each) => each && formatTime(each, clock));
  if (after && before) return `From ${after} until ${before}`;
  if (after) return `Since ${after}`;
  return before ? `Before ${before}` : "At any time";
}
