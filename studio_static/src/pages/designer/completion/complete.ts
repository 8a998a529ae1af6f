/**
 * Completion: of an expression by the paths of a sample, variables and functions; of JSON by what may stand where the
 * cursor is, from the definition and the connectors' catalogue.
 */
import {
  type Definition,
  type JsonObject,
  own,
  pointerOf,
  type QueryLanguage,
  queryLanguageOf,
  type StatePointer,
  scopeOf,
  scopes,
  stateAt,
  typeOf,
  variablesAt,
} from "../../../asl";
import {
  CONTEXT_PATHS,
  DEFINITION_FIELDS,
  ERROR_NAMES,
  INTRINSICS,
  JSONATA_FUNCTIONS,
  PART_FIELDS,
  STATE_FIELDS,
  STATES_FIELDS,
  VALUES,
} from "../../../facts";
import type { CodeCompleter, CodeCompletion } from "../../../ui/code/types";
import { type ConnectorList, findAction, resourcesOf } from "../palette/items";
import { inputRoot, pathsOf, preview } from "../values/paths";
import type { Sample } from "../values/sample";
import { contextAt, type JsonContext } from "./context";

/** What completion knows about the place it is asked at. */
export interface Knowledge {
  readonly definition: Definition;
  readonly pointer: StatePointer | null;
  readonly sample: Sample | null;
  readonly connectors: ConnectorList | null;
  readonly secrets: readonly string[];
}

/** What can be read anywhere: of `$states` under JSONata, of the context object under JSONPath. */
const PATHS: Readonly<Record<QueryLanguage, readonly string[]>> = {
  JSONata: [
    ...STATES_FIELDS.map((field) => `$states.${field}`),
    "$states.errorOutput.Error",
    "$states.errorOutput.Cause",
    ...CONTEXT_PATHS.map((path) => `$states.context.${path}`),
  ],
  JSONPath: CONTEXT_PATHS.map((path) => `$$.${path}`),
};

/** Completion of an expression on its own. */
export function completeExpression(known: () => Knowledge, language: QueryLanguage): CodeCompleter {
  return (text, position, explicit) => {
    const word = /[$\w.`[\]']*$/.exec(text.slice(0, position))?.[0] ?? "";
    if (word === "" && !explicit) return null;
    return { from: position - word.length, options: expressionOptions(known(), language) };
  };
}

function expressionOptions({ definition, pointer, sample }: Knowledge, language: QueryLanguage): CodeCompletion[] {
  const variables = pointer === null ? [] : variablesAt(definition, pointer);
  const values = sample?.variables ?? {};
  const options: CodeCompletion[] = variables.map((name) => ({
    label: `$${name}`,
    kind: "variable",
    detail: Object.hasOwn(values, name) ? preview(values[name], 24) : "variable",
  }));
  const fields = [
    ...(sample === null ? [] : pathsOf(sample.input, inputRoot(language), language)),
    ...Object.entries(values).flatMap(([name, value]) => pathsOf(value, `$${name}`, language).slice(1)),
  ];
  options.push(
    ...fields.map(({ path, value }) => ({ label: path, kind: "field", detail: preview(value, 24) }) as const),
  );
  const seen = new Set(options.map((option) => option.label));
  options.push(
    ...labels(
      PATHS[language].filter((path) => !seen.has(path)),
      "keyword",
    ),
  );
  for (const [name, signature] of Object.entries(language === "JSONata" ? JSONATA_FUNCTIONS : INTRINSICS)) {
    const label = language === "JSONata" ? `$${name}` : name;
    options.push({ label, apply: `${label}(`, kind: "function", detail: `(${signature})` });
  }
  return options;
}

/**
 * Completion in JSON. With a state's pointer the text is that state's; with null, that of the whole definition.
 */
export function completeJson(known: () => Knowledge): CodeCompleter {
  return (text, position, explicit) => {
    const context = contextAt(text, position);
    if (context === null || (!context.quoted && context.typed === "" && !explicit)) return null;
    const knowledge = known();
    const inside = innermost(knowledge.pointer ?? "", context.path);
    const expression = context.at === "value" && context.quoted ? inExpression(context, knowledge, inside) : null;
    if (expression !== null) return expression;
    const options = context.at === "key" ? keyOptions(knowledge, inside) : valueOptions(knowledge, inside);
    if (options.length === 0) return null;
    return { from: context.from, options: context.quoted ? options : options.map(quotedOption) };
  };
}

interface Inside {
  readonly pointer: StatePointer | null;
  /** The way from the state to the cursor. */
  readonly path: readonly (string | number)[];
  /** The scope whose states can be led to. */
  readonly scope: string;
}

/** The state that the cursor is in, and the way from there; `base` is the state that the text is, "" for the whole. */
function innermost(base: string, path: readonly (string | number)[]): Inside {
  for (let at = path.length - 2; at >= 0; at -= 1) {
    if (path[at] !== "States" || typeof path[at + 1] !== "string") continue;
    const pointer = base + pointerOf(path.slice(0, at + 2).map(String));
    return { pointer, path: path.slice(at + 2), scope: scopeOf(pointer) };
  }
  return { pointer: base === "" ? null : base, path, scope: base === "" ? "" : scopeOf(base) };
}

function inExpression(
  context: JsonContext,
  knowledge: Knowledge,
  inside: Inside,
): { from: number; options: CodeCompletion[] } | null {
  const start = context.typed.lastIndexOf("{%");
  const key = String(inside.path.at(-1) ?? "");
  const isJsonata = start >= 0 && !context.typed.slice(start).includes("%}");
  const isPath = key.endsWith(".$") || /Path$/.test(key) || key === "Variable";
  if (!isJsonata && !isPath) return null;
  const word = /[$\w.`[\]']*$/.exec(context.typed)?.[0] ?? "";
  const language: QueryLanguage = isJsonata ? "JSONata" : "JSONPath";
  const options = expressionOptions({ ...knowledge, pointer: inside.pointer }, language);
  return { from: context.from + context.typed.length - word.length, options };
}

function keyOptions(knowledge: Knowledge, inside: Inside): CodeCompletion[] {
  const { definition, connectors } = knowledge;
  if (inside.pointer === null) return labels(DEFINITION_FIELDS, "keyword");
  const state = stateAt(definition, inside.pointer);
  const language = queryLanguageOf(definition, inside.pointer);
  const fields = inside.path.filter((token) => typeof token === "string");
  const [first = "", ...others] = fields;
  const last = fields.at(-1);
  if (last === undefined) return labels(fieldsOf(state, language), "keyword");
  if ((first === "Arguments" || first === "Parameters") && others.length === 0) return inputOptions(state, connectors);
  if (first === "Choices" && others.every((field) => RULES.has(field)))
    return labels(PART_FIELDS.Choices[language], "keyword");
  return fields.every(isPart) && isPart(last) ? labels(PART_FIELDS[last][language], "keyword") : [];
}

/** What holds rules within a rule. */
const RULES: ReadonlySet<string> = new Set(["And", "Or", "Not"]);

const isPart = (field: string): field is keyof typeof PART_FIELDS => Object.hasOwn(PART_FIELDS, field);

/** The fields of a state; without a type those that every one has. */
function fieldsOf(state: JsonObject | undefined, language: QueryLanguage): readonly string[] {
  const type = state === undefined ? null : typeOf(state);
  if (type !== null) return STATE_FIELDS[type][language];
  return STATE_FIELDS.Fail[language].filter((field) => STATE_FIELDS.Succeed[language].some((each) => each === field));
}

function inputOptions(state: JsonObject | undefined, connectors: ConnectorList | null): CodeCompletion[] {
  const resource = own(state, "Resource");
  const found = typeof resource === "string" ? findAction(connectors, resource) : null;
  return Object.entries(found?.action.inputs ?? {}).map(([label, spec]) => ({
    label,
    kind: "field",
    detail:
      spec.required === true
        ? "required"
        : ((Array.isArray(spec.type) ? spec.type.join(" or ") : (spec.type as string | undefined)) ?? "any"),
    ...(spec.description ? { info: spec.description } : {}),
  }));
}

function valueOptions({ definition, connectors, secrets }: Knowledge, inside: Inside): CodeCompletion[] {
  const key = inside.path.findLast((token) => typeof token === "string");
  switch (key) {
    case "Next":
    case "Default":
    case "StartAt":
      return stateOptions(definition, key === "StartAt" ? null : inside.scope);
    case "ErrorEquals":
      return labels([...ERROR_NAMES, ...connectorErrors(connectors)], "error");
    case "Resource":
      return labels(resourcesOf(connectors?.connectors ?? []), "value");
    case "$secret":
      return labels(secrets, "value");
    default:
      return labels((VALUES as Readonly<Record<string, readonly string[]>>)[key ?? ""] ?? [], "keyword");
  }
}

/** Names of the states of a scope; of every scope where it is not known which. */
function stateOptions(definition: Definition, scope: string | null): CodeCompletion[] {
  const found = [...scopes(definition)].filter((each) => scope === null || each.pointer === scope);
  return found.flatMap((each) =>
    Object.entries(each.states).map(
      ([label, state]) => ({ label, kind: "state", detail: typeOf(state) ?? "" }) as const,
    ),
  );
}

/** A connector's failures are called `<code>.ConnectorError` unless it says otherwise. */
export function connectorErrors(connectors: ConnectorList | null): string[] {
  return (connectors?.connectors ?? []).map((each) => `${each.code}.ConnectorError`);
}

function labels(names: readonly string[], kind: NonNullable<CodeCompletion["kind"]>): CodeCompletion[] {
  return names.map((label) => ({ label, kind }));
}

function quotedOption(option: CodeCompletion): CodeCompletion {
  return { ...option, apply: JSON.stringify(option.label) };
}
