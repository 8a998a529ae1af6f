/** Names that completion offers: the language's own error names, functions, fields of states. */
import type { QueryLanguage, StateType } from "../../../asl";

/** The reserved error names (ASL specification, "Appendix A") and AWS's own beside them. */
export const ERROR_NAMES: readonly string[] = [
  "States.ALL",
  "States.Timeout",
  "States.TaskFailed",
  "States.HeartbeatTimeout",
  "States.Permissions",
  "States.DataLimitExceeded",
  "States.Runtime",
  "States.QueryEvaluationError",
  "States.ResultPathMatchFailure",
  "States.ParameterPathFailure",
  "States.BranchFailed",
  "States.NoChoiceMatched",
  "States.IntrinsicFailure",
  "States.ExceedToleratedFailureThreshold",
  "States.ItemReaderFailed",
  "States.ResultWriterFailed",
];

/** JSONata's functions (docs.jsonata.org) with their arguments, then those that Step Functions adds. */
export const JSONATA_FUNCTIONS: readonly (readonly [name: string, signature: string])[] = [
  ["sum", "array"],
  ["count", "array"],
  ["max", "array"],
  ["min", "array"],
  ["average", "array"],
  ["string", "value"],
  ["length", "text"],
  ["substring", "text, start, length"],
  ["substringBefore", "text, mark"],
  ["substringAfter", "text, mark"],
  ["uppercase", "text"],
  ["lowercase", "text"],
  ["trim", "text"],
  ["pad", "text, width, character"],
  ["contains", "text, sought"],
  ["split", "text, separator"],
  ["join", "array, separator"],
  ["match", "text, pattern"],
  ["replace", "text, pattern, replacement"],
  ["base64encode", "text"],
  ["base64decode", "text"],
  ["encodeUrlComponent", "text"],
  ["number", "value"],
  ["abs", "number"],
  ["floor", "number"],
  ["ceil", "number"],
  ["round", "number, precision"],
  ["power", "base, exponent"],
  ["sqrt", "number"],
  ["formatNumber", "number, picture"],
  ["boolean", "value"],
  ["not", "value"],
  ["exists", "value"],
  ["append", "array, array"],
  ["sort", "array, function"],
  ["reverse", "array"],
  ["shuffle", "array"],
  ["distinct", "array"],
  ["zip", "array, array"],
  ["keys", "object"],
  ["lookup", "object, key"],
  ["spread", "object"],
  ["merge", "array"],
  ["each", "object, function"],
  ["type", "value"],
  ["now", ""],
  ["millis", ""],
  ["fromMillis", "number, picture, zone"],
  ["toMillis", "text, picture"],
  ["map", "array, function"],
  ["filter", "array, function"],
  ["single", "array, function"],
  ["reduce", "array, function, start"],
  ["sift", "object, function"],
  ["partition", "array, size"],
  ["range", "start, end, step"],
  ["hash", "text, algorithm"],
  ["random", "seed"],
  ["uuid", ""],
  ["parse", "text"],
];

/** JSONPath's intrinsic functions (Step Functions Developer Guide). */
export const INTRINSICS: readonly (readonly [name: string, signature: string])[] = [
  ["States.Format", "'{}', $.value"],
  ["States.StringToJson", "$.text"],
  ["States.JsonToString", "$.value"],
  ["States.Array", "$.a, $.b"],
  ["States.ArrayPartition", "$.items, 10"],
  ["States.ArrayContains", "$.items, $.item"],
  ["States.ArrayRange", "1, 9, 2"],
  ["States.ArrayGetItem", "$.items, 0"],
  ["States.ArrayLength", "$.items"],
  ["States.ArrayUnique", "$.items"],
  ["States.Base64Encode", "$.text"],
  ["States.Base64Decode", "$.text"],
  ["States.Hash", "$.text, 'SHA-256'"],
  ["States.JsonMerge", "$.a, $.b, false"],
  ["States.MathRandom", "1, 100"],
  ["States.MathAdd", "$.number, 1"],
  ["States.StringSplit", "$.text, ','"],
  ["States.UUID", ""],
];

/** What `$states` and the context object hold (Developer Guide, "Transforming data", "Context object"). */
export const STATES_PATHS: readonly string[] = [
  "$states.input",
  "$states.result",
  "$states.errorOutput",
  "$states.errorOutput.Error",
  "$states.errorOutput.Cause",
  "$states.context.Execution.Id",
  "$states.context.Execution.Input",
  "$states.context.Execution.Name",
  "$states.context.Execution.StartTime",
  "$states.context.State.Name",
  "$states.context.State.EnteredTime",
  "$states.context.State.RetryCount",
  "$states.context.StateMachine.Name",
  "$states.context.Task.Token",
  "$states.context.Map.Item.Index",
  "$states.context.Map.Item.Value",
];

export const CONTEXT_PATHS: readonly string[] = [
  "$$.Execution.Id",
  "$$.Execution.Input",
  "$$.Execution.Name",
  "$$.Execution.StartTime",
  "$$.State.Name",
  "$$.State.EnteredTime",
  "$$.State.RetryCount",
  "$$.StateMachine.Name",
  "$$.Task.Token",
  "$$.Map.Item.Index",
  "$$.Map.Item.Value",
];

const ANY = ["Type", "Comment", "QueryLanguage"];
const DATA: Readonly<Record<QueryLanguage, readonly string[]>> = {
  JSONata: ["Output", "Assign"],
  JSONPath: ["InputPath", "OutputPath", "Assign"],
};
const SHAPED: Readonly<Record<QueryLanguage, readonly string[]>> = {
  JSONata: ["Arguments"],
  JSONPath: ["Parameters", "ResultSelector", "ResultPath"],
};
const FLOWS = ["Next", "End"];
const FAILS = ["Retry", "Catch"];

/** The fields that a state of `type` may have in `language` (ASL specification, "Top-level fields" and each state). */
export function fieldsOf(type: StateType | null, language: QueryLanguage): readonly string[] {
  const path = (...names: string[]): string[] => (language === "JSONPath" ? names : []);
  switch (type) {
    case "Task":
      return [
        ...ANY,
        "Resource",
        ...SHAPED[language],
        ...DATA[language],
        ...FLOWS,
        ...FAILS,
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "Credentials",
        ...path("TimeoutSecondsPath", "HeartbeatSecondsPath"),
      ];
    case "Pass":
      return [...ANY, ...path("Result", "Parameters", "ResultPath"), ...DATA[language], ...FLOWS];
    case "Choice":
      return [...ANY, "Choices", "Default", ...DATA[language]];
    case "Wait":
      return [...ANY, "Seconds", "Timestamp", ...path("SecondsPath", "TimestampPath"), ...DATA[language], ...FLOWS];
    case "Parallel":
      return [...ANY, "Branches", ...SHAPED[language], ...DATA[language], ...FLOWS, ...FAILS];
    case "Map":
      return [
        ...ANY,
        "ItemProcessor",
        "ItemSelector",
        "ItemBatcher",
        "ItemReader",
        "ResultWriter",
        "MaxConcurrency",
        "ToleratedFailurePercentage",
        "ToleratedFailureCount",
        "Label",
        ...(language === "JSONata" ? ["Items"] : ["ItemsPath", "MaxConcurrencyPath", "ResultSelector", "ResultPath"]),
        ...DATA[language],
        ...FLOWS,
        ...FAILS,
      ];
    case "Succeed":
      return [...ANY, ...(language === "JSONata" ? ["Output"] : ["InputPath", "OutputPath"])];
    case "Fail":
      return [...ANY, "Error", "Cause", ...path("ErrorPath", "CausePath")];
    default:
      return ANY;
  }
}
