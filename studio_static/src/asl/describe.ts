/**
 * How a state presents itself: icon, tone, one plain line, badges. The canvas, lists and palettes show the same.
 */
import { canFail, objectsIn } from "./links";
import { isObject, own } from "./pointer";
import { resourceParts } from "./resources";
import { errorWords, retryDelays, retryTimetable, shortExpression, shortPath, waitSentence } from "./sentences";
import type { Json, StateObject } from "./types";
import { MAP_KEYS, typeOf } from "./walk";

/** Names of the generic icons that `canvas/icons` draws. */
export type IconName =
  | "task"
  | "function"
  | "http"
  | "log"
  | "chat"
  | "mail"
  | "card"
  | "table"
  | "bucket"
  | "queue"
  | "topic"
  | "event"
  | "person"
  | "workflow"
  | "model"
  | "key"
  | "cart"
  | "choice"
  | "parallel"
  | "map"
  | "wait"
  | "pass"
  | "succeed"
  | "fail"
  | "unknown";
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
  /** `Slack · send approval · waits` */
  readonly subtitle: string;
  readonly badges: readonly Badge[];
}

/** What a catalogue knows better than a resource's text. */
export interface ResourceNames {
  /** Display name of a connector's code: `slack` → `Slack`. */
  connector?(code: string): string | undefined;
}

/** Names that a rule of capital letters would get wrong. */
const SERVICE_NAMES: ReadonlyMap<string, string> = new Map([
  ["lambda", "AWS Lambda"],
  ["dynamodb", "DynamoDB"],
  ["sqs", "SQS"],
  ["sns", "SNS"],
  ["s3", "S3"],
  ["events", "EventBridge"],
  ["eventbridge", "EventBridge"],
  ["states", "Workflow"],
  ["sfn", "Workflow"],
  ["http", "HTTP"],
  ["bedrock", "Bedrock"],
  ["bedrockruntime", "Bedrock"],
  ["ecs", "ECS"],
  ["batch", "Batch"],
  ["glue", "Glue"],
  ["athena", "Athena"],
  ["secretsmanager", "Secrets Manager"],
  ["ses", "SES"],
  ["sesv2", "SES"],
  ["ssm", "Systems Manager"],
  ["emr", "EMR"],
  ["eks", "EKS"],
  ["activity", "Activity"],
  ["sendgrid", "SendGrid"],
  ["sap", "SAP"],
  ["erp", "ERP"],
]);
const ICONS: ReadonlyMap<string, IconName> = new Map([
  ["lambda", "function"],
  ["http", "http"],
  ["log", "log"],
  ["slack", "chat"],
  ["teams", "chat"],
  ["chat", "chat"],
  ["email", "mail"],
  ["mail", "mail"],
  ["sendgrid", "mail"],
  ["ses", "mail"],
  ["sesv2", "mail"],
  ["payment", "card"],
  ["payments", "card"],
  ["stripe", "card"],
  ["dynamodb", "table"],
  ["rds", "table"],
  ["athena", "table"],
  ["database", "table"],
  ["s3", "bucket"],
  ["sqs", "queue"],
  ["sns", "topic"],
  ["events", "event"],
  ["eventbridge", "event"],
  ["approval", "person"],
  ["human", "person"],
  ["activity", "person"],
  ["states", "workflow"],
  ["sfn", "workflow"],
  ["bedrock", "model"],
  ["bedrockruntime", "model"],
  ["openai", "model"],
  ["secretsmanager", "key"],
  ["ssm", "key"],
  ["shop", "cart"],
  ["erp", "cart"],
  ["sap", "cart"],
]);

/** `send_approval` → `send approval`, `putItem` stays. */
const actionWords = (action: string): string => action.replaceAll(/[_-]+/g, " ");

/** The display name of a service or a connector's code. */
export function serviceName(service: string, names?: ResourceNames): string {
  const known = names?.connector?.(service) ?? SERVICE_NAMES.get(service.toLowerCase());
  if (known !== undefined) return known;
  const words = actionWords(service);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const PATTERN_WORDS = { request: "", sync: " · waits for its end", callback: " · waits for an answer" } as const;

function describeTask(state: StateObject, names?: ResourceNames): Omit<Description, "badges"> {
  const text = own(state, "Resource");
  if (typeof text !== "string" || text === "") return { icon: "task", tone: "blue", subtitle: "No action chosen" };
  const resource = resourceParts(text);
  const service = resource.service === "" ? "Task" : serviceName(resource.service, names);
  return {
    icon: ICONS.get(resource.service.toLowerCase()) ?? "task",
    tone: "blue",
    subtitle: `${service}${resource.action === "" ? "" : ` · ${actionWords(resource.action)}`}${PATTERN_WORDS[resource.pattern]}`,
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

function look(state: StateObject, names?: ResourceNames): Omit<Description, "badges"> {
  switch (typeOf(state)) {
    case "Task":
      return describeTask(state, names);
    case "Choice":
      return { icon: "choice", tone: "amber", subtitle: count(objectsIn(state, "Choices").length, "rule") };
    case "Parallel":
      return { icon: "parallel", tone: "teal", subtitle: count(objectsIn(state, "Branches").length, "branch") };
    case "Map":
      return { icon: "map", tone: "teal", subtitle: describeMap(state) };
    case "Wait":
      return { icon: "wait", tone: "violet", subtitle: `Waits ${waitSentence(state)}` };
    case "Pass":
      return { icon: "pass", tone: "grey", subtitle: describePass(state) };
    case "Succeed":
      return { icon: "succeed", tone: "green", subtitle: "Ends well" };
    case "Fail": {
      const error = own(state, "Error");
      return {
        icon: "fail",
        tone: "red",
        subtitle: typeof error === "string" ? `Fails with ${shortExpression(error)}` : "Ends as failed",
      };
    }
    default:
      return { icon: "unknown", tone: "grey", subtitle: "No known type" };
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
