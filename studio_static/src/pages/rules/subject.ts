/** What is tested: a Choice of a workflow, or a condition of one's own. */
import {
  type Definition,
  isObject,
  type JsonObject,
  own,
  type QueryLanguage,
  queryLanguageOf,
  type StatePointer,
  typeOf,
  walk,
} from "../../asl";
import { scan } from "../designer/values/positions";

export type SubjectKind = "state" | "condition" | "rule";

export interface Subject {
  readonly kind: SubjectKind;
  /** The machine's; a state may name its own. */
  readonly language: QueryLanguage;
  /** JSON of a state or a rule; the text of a condition. */
  readonly text: string;
}

/** A Choice of a workflow. */
export interface FoundChoice {
  readonly pointer: StatePointer;
  readonly name: string;
  readonly state: JsonObject;
  readonly language: QueryLanguage;
}

export function choicesOf(definition: Definition): FoundChoice[] {
  return walk(definition)
    .filter(({ state }) => typeOf(state) === "Choice")
    .map(({ pointer, name, state }) => ({ pointer, name, state, language: queryLanguageOf(definition, pointer) }));
}

export const subjectOf = (choice: FoundChoice): Subject => ({
  kind: "state",
  language: choice.language,
  text: JSON.stringify(choice.state, null, 2),
});

export const OWN_CONDITION: Subject = {
  kind: "condition",
  language: "JSONata",
  text: '$states.input.order.total > 10000 and\n$states.input.order.customer.tier = "gold"',
};

export const OWN_RULE: Subject = {
  kind: "rule",
  language: "JSONPath",
  text: JSON.stringify(
    {
      And: [
        { Variable: "$.order.total", NumericGreaterThan: 10000 },
        { Variable: "$.order.customer.tier", StringEquals: "gold" },
      ],
    },
    null,
    2,
  ),
};

export const OWN_PAYLOAD = JSON.stringify({ order: { total: 18400, customer: { tier: "silver" } } }, null, 2);

export interface RuleSubject {
  query_language: QueryLanguage;
  state?: JsonObject;
  rule?: JsonObject;
  condition?: string;
}

/** The subject as the API takes it, or why it is none: said beside its editor. */
export function readSubject({ kind, language, text }: Subject): { given: RuleSubject } | { fault: string } {
  if (kind === "condition") {
    if (text.trim() === "") return { fault: "Write a condition, such as $states.input.total > 100." };
    return { given: { query_language: "JSONata", condition: text } };
  }
  const value = readJson(text);
  if ("fault" in value) return value;
  if (!isObject(value.given)) return { fault: `A ${kind} is an object.` };
  return { given: { query_language: language, [kind]: value.given } };
}

/** JSON from an editor, or the line where it stops being JSON. */
export function readJson(text: string): { given: JsonObject[string] } | { fault: string } {
  const { fault } = scan(text);
  if (fault !== null) return { fault: `Line ${fault.line}: ${fault.message}` };
  return { given: JSON.parse(text) as JsonObject[string] };
}

/** The Default of a Choice's text, for its row of "otherwise". */
export function defaultOf({ kind, text }: Subject): string | null {
  if (kind !== "state") return null;
  const value = readJson(text);
  if ("fault" in value || !isObject(value.given)) return null;
  const found = own(value.given, "Default");
  return typeof found === "string" ? found : null;
}
