/**
 * How a state presents itself: icon, tone, one plain line, badges. The canvas, lists and palettes show the same.
 */
import { canFail, objectsIn } from "./links";
import { isObject, own } from "./pointer";
import { resourceParts } from "./resources";
import { errorWords, retryDelays, retryTimetable, shortExpression, shortPath, waitSentence } from "./sentences";
import type { Json, StateObject, StateType } from "./types";
import { MAP_KEYS, typeOf } from "./walk";

/** Names of the generic icons that `canvas/icons` draws. */
export type IconName = Lowercase<StateType> | ServiceIcon | "unknown";
export type Tone = "blue" | "teal" | "amber" | "violet" | "green" | "red" | "grey";

export interface Badge {
  readonly kind: "retry" | "once" | "variables";
  /** Very short: it stands on a card. */
  readonly text: string;
  /** The whole sentence, for a tooltip and for screen readers. */
  readonly title: string;
}

export interface Description {
  readonly icon: IconName;
  readonly tone: Tone;
  /** `Slack · post message · waits` */
  readonly subtitle: string;
  readonly badges: readonly Badge[];
}

/** What a catalogue knows better than a resource's text. */
export interface ResourceNames {
  /** Display name of a connector's code: `slack` → `Slack`. */
  connector?(code: string): string | undefined;
}

/** Names that a rule of capital letters would get wrong, and icons that say more than that it is a task. */
const SERVICES = {
  lambda: { name: "AWS Lambda", icon: "function" },
  dynamodb: { name: "DynamoDB", icon: "table" },
  rds: { icon: "table" },
  athena: { name: "Athena", icon: "table" },
  database: { icon: "table" },
  sqs: { name: "SQS", icon: "queue" },
  sns: { name: "SNS", icon: "topic" },
  s3: { name: "S3", icon: "bucket" },
  events: { name: "EventBridge", icon: "event" },
  eventbridge: { name: "EventBridge", icon: "event" },
  states: { name: "Workflow", icon: "workflow" },
  sfn: { name: "Workflow", icon: "workflow" },
  http: { name: "HTTP", icon: "http" },
  log: { icon: "log" },
  slack: { icon: "chat" },
  teams: { icon: "chat" },
  chat: { icon: "chat" },
  email: { icon: "mail" },
  mail: { icon: "mail" },
  sendgrid: { name: "SendGrid", icon: "mail" },
  ses: { name: "SES", icon: "mail" },
  sesv2: { name: "SES", icon: "mail" },
  payment: { icon: "card" },
  payments: { icon: "card" },
  stripe: { icon: "card" },
  approval: { icon: "person" },
  human: { icon: "person" },
  activity: { name: "Activity", icon: "person" },
  bedrock: { name: "Bedrock", icon: "model" },
  bedrockruntime: { name: "Bedrock", icon: "model" },
  openai: { icon: "model" },
  llm: { name: "Language model", icon: "model" },
  postgres: { name: "PostgreSQL", icon: "table" },
  mysql: { name: "MySQL", icon: "table" },
  google_sheets: { name: "Google Sheets", icon: "table" },
  github: { name: "GitHub" },
  secretsmanager: { name: "Secrets Manager", icon: "key" },
  ssm: { name: "Systems Manager", icon: "key" },
  shop: { icon: "cart" },
  erp: { name: "ERP", icon: "cart" },
  sap: { name: "SAP", icon: "cart" },
  ecs: { name: "ECS" },
  batch: { name: "Batch" },
  glue: { name: "Glue" },
  emr: { name: "EMR" },
  eks: { name: "EKS" },
} as const;
type ServiceIcon = Extract<(typeof SERVICES)[keyof typeof SERVICES], { icon: string }>["icon"];

const KNOWN: ReadonlyMap<string, { name?: string; icon?: ServiceIcon }> = new Map(Object.entries(SERVICES));

/** `post_message` → `post message`, `putItem` stays. */
const actionWords = (action: string): string => action.replaceAll(/[_-]+/g, " ");

/** The display name of a service or a connector's code. */
export function serviceName(service: string, names?: ResourceNames): string {
  const known = names?.connector?.(service) ?? KNOWN.get(service.toLowerCase())?.name;
  if (known !== undefined) return known;
  const words = actionWords(service);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const PATTERN_WORDS = { request: "", sync: " · waits for its end", callback: " · waits for an answer" } as const;

function describeTask(state: StateObject, names?: ResourceNames): Pick<Description, "icon" | "subtitle"> {
  const text = own(state, "Resource");
  if (typeof text !== "string" || text === "") return { icon: "task", subtitle: "No action chosen" };
  const resource = resourceParts(text);
  const service = resource.service === "" ? "Task" : serviceName(resource.service, names);
  const action = resource.action === "" ? "" : ` · ${actionWords(resource.action)}`;
  return {
    icon: KNOWN.get(resource.service.toLowerCase())?.icon ?? "task",
    subtitle: `${service}${action}${PATTERN_WORDS[resource.pattern]}`,
  };
}

/** `a`, `a, b`, `a, b and 2 more` */
function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

function describePass(state: StateObject): string {
  const assigned = own(state, "Assign");
  if (isObject(assigned) && Object.keys(assigned).length > 0)
    return `Sets ${listed(Object.keys(assigned).map((key) => key.replace(/\.\$$/, "")))}`;
  const path = own(state, "ResultPath");
  if (typeof path === "string" && path !== "$") return `Fills ${shortPath(path)}`;
  for (const key of ["Output", "Parameters", "Result"]) {
    const value = own(state, key);
    if (isObject(value)) return `Makes ${listed(Object.keys(value).map((name) => name.replace(/\.\$$/, "")))}`;
    if (value !== undefined) return "Makes a value";
  }
  return "Hands its input on";
}

function describeMap(state: StateObject): string {
  const processor = MAP_KEYS.map((key) => own(state, key)).find(isObject);
  const config = isObject(processor) ? own(processor, "ProcessorConfig") : undefined;
  const distributed = isObject(config) && own(config, "Mode") === "DISTRIBUTED";
  const items: Json | undefined = own(state, "Items") ?? own(state, "ItemsPath");
  const source = typeof items === "string" ? `Each of ${shortPath(shortExpression(items))}` : "Each item";
  const limit = own(state, "MaxConcurrency");
  const pace =
    typeof limit === "number" && limit > 0 ? (limit === 1 ? " · one by one" : ` · up to ${limit} at once`) : "";
  return `${source}${pace}${distributed ? " · distributed" : ""}`;
}

const count = (number: number, word: string): string =>
  `${number} ${word}${number === 1 ? "" : word.endsWith("ch") ? "es" : "s"}`;

/** Icon, tone, sub-line and badges of a state. */
export function describe(state: StateObject, names?: ResourceNames): Description {
  return { ...look(state, names), badges: badgesOf(state) };
}

const TONES: Readonly<Record<StateType, Tone>> = {
  Task: "blue",
  Choice: "amber",
  Parallel: "teal",
  Map: "teal",
  Wait: "violet",
  Pass: "grey",
  Succeed: "green",
  Fail: "red",
};

function look(state: StateObject, names?: ResourceNames): Omit<Description, "badges"> {
  const type = typeOf(state);
  if (type === null) return { icon: "unknown", tone: "grey", subtitle: "No known type" };
  const tone = TONES[type];
  if (type === "Task") return { ...describeTask(state, names), tone };
  return { icon: type.toLowerCase() as Lowercase<StateType>, tone, subtitle: subtitleOf(type, state) };
}

function subtitleOf(type: Exclude<StateType, "Task">, state: StateObject): string {
  switch (type) {
    case "Choice":
      return count(objectsIn(state, "Choices").length, "rule");
    case "Parallel":
      return count(objectsIn(state, "Branches").length, "branch");
    case "Map":
      return describeMap(state);
    case "Wait":
      return `Waits ${waitSentence(state)}`;
    case "Pass":
      return describePass(state);
    case "Succeed":
      return "Ends well";
    case "Fail": {
      const error = own(state, "Error");
      return typeof error === "string" ? `Fails with ${shortExpression(error)}` : "Ends as failed";
    }
  }
}

function badgesOf(state: StateObject): Badge[] {
  if (!canFail(state)) return [];
  const retriers = objectsIn(state, "Retry").map((item) => item.value);
  if (retriers.length === 0) return [];
  const attempts = Math.max(...retriers.map((retrier) => retryDelays(retrier)?.length ?? 0));
  const sentences = retriers.map((retrier) => `${errorWords(retrier)}: ${retryTimetable(retrier)}`);
  return [
    { kind: "retry", text: attempts > 0 ? String(attempts) : "", title: `Tried again after ${sentences.join("; ")}` },
  ];
}
