/**
 * What can be put into a workflow: flow states, the actions of connectors, AWS integrations,
 * each with the states that it becomes. Search is over all of them at once.
 */

import type { Action, Connector } from "../../../api/schema";
import { describe, type IconName, type ResourceNames, serviceName, type Tone } from "../../../asl/describe";
import { stateNameOf } from "../../../asl/names";
import { bareResource } from "../../../asl/resources";
import type { Fragment, JsonObject, QueryLanguage, StateObject, StateType } from "../../../asl/types";
import { wordsOf } from "../../../ui/search";
import type { FieldSpec } from "../forms/field";
import { firstArguments, labelOf } from "../forms/field";
import { AWS_ACTIONS, type AwsAction, awsResource, typedSdkAction } from "./aws";

type Fields = Readonly<Record<string, FieldSpec>>;

/** What the API tells of an action, its fields in their own words. */
export type ActionInfo = Omit<Action, "waits" | "inputs" | "outputs"> & {
  readonly inputs: Fields;
  readonly outputs: Fields;
};
export type ConnectorInfo = Omit<Connector, "actions"> & { readonly actions: readonly ActionInfo[] };

export interface ConnectorList {
  readonly connectors: readonly ConnectorInfo[];
}

export const allConnectors = (list: ConnectorList | null): readonly ConnectorInfo[] => list?.connectors ?? [];

/** Every resource that the connectors answer to. */
export const resourcesOf = (connectors: readonly ConnectorInfo[]): string[] =>
  connectors.flatMap((each) => each.actions.map((action) => action.resource));

export interface FoundAction {
  readonly connector: ConnectorInfo;
  readonly action: ActionInfo;
}

/** The catalogue's entry of a resource, whatever its pattern. */
export function findAction(list: ConnectorList | null, resource: string): FoundAction | null {
  const bare = bareResource(resource);
  for (const connector of allConnectors(list)) {
    const action = connector.actions.find((each) => each.resource === bare);
    if (action !== undefined) return { connector, action };
  }
  return null;
}

/** What the canvas calls connectors. */
export function namesOf(list: ConnectorList | null): ResourceNames {
  const names = new Map(allConnectors(list).map((each) => [each.code, each.name]));
  return { connector: (code) => names.get(code) };
}

export type Section = "Actions" | "Flow" | "AWS";

export interface PaletteItem {
  readonly id: string;
  readonly section: Section;
  readonly title: string;
  readonly subtitle: string;
  readonly icon: IconName;
  readonly tone: Tone;
  /** Said on the item: "SDK", "not ready". */
  readonly note: string | null;
  readonly keywords: string;
  /** Shown without a search. */
  readonly common: boolean;
  readonly fragment: (language: QueryLanguage) => Fragment;
}

/** A condition to begin with. */
export const newCondition = (language: QueryLanguage): JsonObject =>
  language === "JSONata"
    ? { Condition: "{% $states.input.value = true %}" }
    : { Variable: "$.value", BooleanEquals: true };

interface FlowState {
  readonly type: StateType;
  readonly subtitle: string;
  readonly keywords: string;
  /** What it has beside its type. */
  readonly fields: (language: QueryLanguage) => JsonObject;
  /** What comes with it. */
  readonly beside?: Readonly<Record<string, StateObject>>;
}

const FLOW: readonly FlowState[] = [
  {
    type: "Choice",
    subtitle: "Branch on rules",
    keywords: "if else condition rule switch otherwise",
    fields: (language) => ({ Choices: [{ ...newCondition(language), Next: "When It Holds" }] }),
    beside: { "When It Holds": { Type: "Pass", End: true } },
  },
  {
    type: "Parallel",
    subtitle: "Run branches together",
    keywords: "fork join concurrent both branches",
    fields: () => ({ Branches: [branch("First Branch"), branch("Second Branch")], End: true }),
  },
  {
    type: "Map",
    subtitle: "For each item",
    keywords: "loop foreach iterate list array items distributed",
    fields: (language) => ({
      ...(language === "JSONata" ? { Items: "{% $states.input.items %}" } : { ItemsPath: "$.items" }),
      ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...branch("Each Item") },
      End: true,
    }),
  },
  {
    type: "Wait",
    subtitle: "Pause for a while, or until",
    keywords: "delay sleep timer seconds timestamp until",
    fields: () => ({ Seconds: 60, End: true }),
  },
  {
    type: "Pass",
    subtitle: "Shape data, set variables",
    keywords: "transform set assign variables output noop",
    fields: () => ({ End: true }),
  },
  {
    type: "Succeed",
    subtitle: "End well",
    keywords: "end stop finish done success",
    fields: () => ({}),
  },
  {
    type: "Fail",
    subtitle: "End as failed, with an error",
    keywords: "error stop abort throw",
    fields: () => ({ Error: "Failed", Cause: "" }),
  },
];

/** So many actions of a connector are shown without a search. */
const MOST_COMMON = 2;

/** The AWS calls that are shown without a search. */
const COMMON_AWS: ReadonlySet<string> = new Set([
  "lambda:invoke",
  "dynamodb:getItem",
  "dynamodb:putItem",
  "s3:getObject",
  "s3:putObject",
  "sqs:sendMessage",
  "sns:publish",
  "events:putEvents",
  "sesv2:sendEmail",
  "bedrockruntime:converse",
]);

/** Another workflow, whose end is waited for. */
const WORKFLOW: PaletteItem = {
  id: "flow:Workflow",
  section: "Flow",
  title: "Workflow",
  subtitle: "Call another, wait for its end",
  icon: "workflow",
  tone: describe({ Type: "Task" }).tone,
  note: null,
  keywords: "child nested sub execution call start subworkflow",
  common: true,
  fragment: (language) =>
    task(
      "Call Workflow",
      "arn:aws:states:::states:startExecution.sync:2",
      { StateMachineArn: "", Input: "{% $states.input %}" },
      language,
    ),
};

function branch(name: string): JsonObject {
  return { StartAt: name, States: { [name]: { Type: "Pass", End: true } } };
}

/** Every item, in the order in which a palette without a search shows its common ones. */
export function paletteItems(list: ConnectorList | null): PaletteItem[] {
  return [
    ...allConnectors(list).flatMap((each) =>
      each.actions.map((action, index) => connectorItem(each, action, index < MOST_COMMON)),
    ),
    ...FLOW.map(flowItem),
    WORKFLOW,
    ...AWS_ACTIONS.map(awsItem),
  ];
}

function flowItem({ type, subtitle, keywords, fields, beside }: FlowState): PaletteItem {
  const { icon, tone } = describe({ Type: type });
  return {
    id: `flow:${type}`,
    section: "Flow",
    title: type,
    subtitle,
    icon,
    tone,
    note: null,
    keywords,
    common: true,
    fragment: (language) => ({ StartAt: type, States: { [type]: { Type: type, ...fields(language) }, ...beside } }),
  };
}

function connectorItem(connector: ConnectorInfo, action: ActionInfo, common: boolean): PaletteItem {
  const { icon, tone } = describe({ Type: "Task", Resource: action.resource });
  const words = labelOf(action.name, { title: action.title ?? "" });
  return {
    id: action.resource,
    section: "Actions",
    title: connector.name,
    subtitle: words,
    icon,
    tone,
    note: connector.problem ? "not ready" : null,
    keywords: `${connector.code} ${action.name} ${action.description} ${connector.description}`,
    common,
    fragment: (language) =>
      task(
        `${connector.name} ${words}`,
        action.resource,
        firstArguments(action.inputs, connector.code, action.one_of),
        language,
      ),
  };
}

function awsItem(action: AwsAction): PaletteItem {
  const resource = awsResource(action);
  const { icon, tone } = describe({ Type: "Task", Resource: resource });
  const service = serviceName(action.service);
  return {
    id: resource,
    section: "AWS",
    title: service,
    subtitle: action.title,
    icon,
    tone,
    note: action.sdk ? "SDK" : null,
    keywords: `aws amazon ${action.service} ${action.action} ${action.sdk ? "sdk" : "optimised"}`,
    common: COMMON_AWS.has(`${action.service}:${action.action}`),
    fragment: (language) => task(`${service} ${action.title}`, resource, action.start, language),
  };
}

function task(name: string, resource: string, args: JsonObject, language: QueryLanguage): Fragment {
  const state: StateObject = { Type: "Task", Resource: resource };
  if (Object.keys(args).length > 0)
    state[language === "JSONata" ? "Arguments" : "Parameters"] = inLanguage(args, language);
  state.End = true;
  const title = stateNameOf(name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()));
  return { StartAt: title, States: { [title]: state } };
}

/** Starting arguments are written in JSONata; the whole input under JSONPath is `name.$: "$"`. */
function inLanguage(args: JsonObject, language: QueryLanguage): JsonObject {
  if (language === "JSONata") return args;
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => (value === "{% $states.input %}" ? [`${name}.$`, "$"] : [name, value])),
  );
}

/** The items that fit `text`, best first; without a text the common ones. A typed SDK call is an item of its own. */
export function searchItems(items: readonly PaletteItem[], text: string): PaletteItem[] {
  const words = wordsOf(text);
  if (words.length === 0) return items.filter((item) => item.common);
  const scored = items.flatMap((item) => {
    const score = scoreOf(item, words);
    return score === null ? [] : [{ item, score }];
  });
  const found = scored.sort((one, other) => other.score - one.score).map(({ item }) => item);
  const typed = typedSdkAction(text);
  return typed === null || found.some((item) => item.id === awsResource(typed)) ? found : [...found, awsItem(typed)];
}

/** Every word must be found: in the title counts most, in the sub-line less, in the keywords least. */
function scoreOf(item: PaletteItem, words: readonly string[]): number | null {
  const title = item.title.toLowerCase();
  const subtitle = item.subtitle.toLowerCase();
  const keywords = item.keywords.toLowerCase();
  let score = item.note === null ? 1 : 0;
  for (const word of words) {
    if (title.startsWith(word)) score += 8;
    else if (title.includes(word)) score += 6;
    else if (subtitle.includes(word)) score += 4;
    else if (keywords.includes(word)) score += 2;
    else return null;
  }
  return score;
}
