/** The turns of a conversation with the copilot as the API answers them, and what the card says of them. */
import { path, withQuery } from "../../../api/client";
import type { Proposal } from "./asking";

export interface TurnCall {
  readonly tool: string;
  readonly about: string;
  /** Null while it runs. */
  readonly outcome: string | null;
  readonly failed: boolean;
}

export interface Turn {
  readonly number: number;
  readonly asked: string;
  readonly status: "RUNNING" | "DONE" | "STOPPED" | "FAILED";
  readonly text: string;
  readonly calls: readonly TurnCall[];
  readonly question: { readonly text: string; readonly choices: readonly string[] } | null;
  readonly proposal: Proposal | null;
  readonly problem: { readonly message: string; readonly advice: string; readonly findings: readonly string[] } | null;
  readonly usage: {
    readonly answers: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly seconds: number;
  };
  readonly limits: { readonly answers: number; readonly tokens: number; readonly seconds: number };
}

export interface ConversationAnswer {
  readonly tag: string;
  readonly held: boolean;
  readonly running: boolean;
  /** Whether `turns` are all of them. */
  readonly reset: boolean;
  readonly turns: readonly Turn[];
}

const WAIT_SECONDS = 20;
/** Between two looks where the server holds no request: soon while a turn runs. */
const NOT_HELD_MS = 1500;

export const conversationAddress = (workflow: string): string => path("/workflows/{}/conversation", workflow);

/** The address of the next look; it is held while a turn runs. */
export function lookAddress(workflow: string, tag: string | null): string {
  const query = tag === null ? {} : { after: tag, wait: WAIT_SECONDS };
  return withQuery(conversationAddress(workflow), query);
}

/** How long to wait before the next look, in milliseconds. */
export const pauseAfter = (answer: ConversationAnswer): number => (answer.held ? 0 : NOT_HELD_MS);

/** The turns that are known, with those of an answer in the place of theirs. */
export function folded(known: readonly Turn[], answer: ConversationAnswer): readonly Turn[] {
  if (answer.reset) return answer.turns;
  if (answer.turns.length === 0) return known;
  const changed = new Set(answer.turns.map(({ number }) => number));
  return [...known.filter(({ number }) => !changed.has(number)), ...answer.turns];
}

const TOOLS: Readonly<Record<string, string>> = {
  search_actions: "searched actions",
  describe_action: "looked at an action",
  list_workflows: "listed workflows",
  list_connections: "listed connections",
  validate: "checked the draft",
  simulate: "simulated the draft",
  run_cases: "ran cases",
  read_execution: "read the execution",
  propose: "handed in a draft",
  ask: "asked",
};

/** A call in one line: "searched actions: slack message · 3 actions". */
export function callWords({ tool, about, outcome }: TurnCall): string {
  const what = TOOLS[tool] ?? tool.replaceAll("_", " ");
  return `${what}${about === "" ? "" : `: ${about}`}${outcome === null ? " …" : ` · ${outcome}`}`;
}

/** "4 answers · 6,032 tokens · 14 s", with its limits. */
export function usageWords({ usage, limits }: Turn): { used: string; most: string } {
  const tokens = usage.input_tokens + usage.output_tokens;
  const answers = usage.answers === 1 ? "1 answer" : `${usage.answers} answers`;
  return {
    used: [
      answers,
      ...(tokens > 0 ? [`${tokens.toLocaleString("en")} tokens`] : []),
      `${Math.round(usage.seconds)} s`,
    ].join(" · "),
    most: `At most ${limits.answers} answers, ${limits.tokens.toLocaleString("en")} tokens, ${Math.round(limits.seconds)} s`,
  };
}

/** What a proposal changes: "3 added, 1 changed". */
export function changeWords(proposal: Proposal): string {
  const counts = (["added", "changed", "removed"] as const)
    .map((kind) => [kind, proposal.changes.filter(({ change }) => change === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  return counts.length === 0 ? "No step changes" : `${counts.join(", ")}`;
}

/** How its cases ran: "4 of 4 cases pass"; null where it has none. */
export function caseWords(proposal: Proposal): string | null {
  const passed = proposal.cases.filter((each) => each.passed).length;
  return proposal.cases.length === 0 ? null : `${passed} of ${proposal.cases.length} cases pass`;
}
