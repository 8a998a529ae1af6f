/** What a Task's Resource says: which action it names, and what ends the task. */
import { PATTERNS } from "../facts";

export interface Resource {
  readonly kind: "connector" | "aws" | "lambda" | "activity" | "other";
  /** `log`, `lambda`, `dynamodb` */
  readonly service: string;
  /** `write`, `invoke`, `putItem`; a function's or an activity's name */
  readonly action: string;
  readonly pattern: "request" | "sync" | "callback";
}

/** `.sync` and the like, as they end a Resource; "" for a plain call. */
export const patternOf = (resource: string): string => PATTERNS.find((each) => resource.endsWith(each)) ?? "";

/** The action without its pattern. */
export const bareResource = (resource: string): string =>
  resource.slice(0, resource.length - patternOf(resource).length);

/** The parts of a Task's Resource, of all the forms that run here. */
export function resourceParts(resource: string): Resource {
  const ending = patternOf(resource);
  const bare = bareResource(resource);
  const pattern = ending === "" ? "request" : ending === ".waitForTaskToken" ? "callback" : "sync";
  const parts = bare.split(":");
  if (parts[0] === "connector")
    return { kind: "connector", service: parts[1] ?? "", action: parts.slice(2).join(":"), pattern };
  if (parts[0] === "arn" && parts[2] === "states" && parts[4] === "") {
    const service = parts[5] === "aws-sdk" ? (parts[6] ?? "") : (parts[5] ?? "");
    return { kind: "aws", service, action: parts.at(-1) ?? "", pattern };
  }
  if (parts[0] === "arn" && parts[2] === "lambda")
    return { kind: "lambda", service: "lambda", action: parts[6] ?? "invoke", pattern };
  if (parts[0] === "arn" && parts[2] === "states" && parts[5] === "activity")
    return { kind: "activity", service: "activity", action: parts[6] ?? "", pattern };
  return { kind: "other", service: "", action: bare, pattern };
}
