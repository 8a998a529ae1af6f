import { describe, expect, it } from "vitest";
import { TRIGGER_TYPES } from "../../../../facts";
import { dayWords, ofLastDay } from "./day";
import { faultsOf } from "./faults";
import { hasTimestamp, newTrigger, secretKeysOf, whenKind, withoutBraces, withStyle } from "./model";

describe("a new trigger", () => {
  it.each(TRIGGER_TYPES)("%s is called as its type, or apart from the others", (type) => {
    expect(newTrigger(type, []).name).toBeUndefined();
    const second = newTrigger(type, [{ type }]);
    expect(second.name).toBe(`${type}-2`);
    expect(newTrigger(type, [{ type }, second]).name).toBe(`${type}-3`);
  });
  it("chooses nobody who may call a webhook", () => expect(newTrigger("webhook", []).auth).toBeUndefined());
});

describe("how a call proves who sent it", () => {
  const slack = { style: "slack", secrets: [{ $secret: "A" }], tolerance_seconds: 60 };

  it("keeps its secrets and what the other style has too", () => {
    expect(withStyle(slack, "stripe")).toEqual({ ...slack, style: "stripe" });
    expect(withStyle(slack, "github")).toEqual({ style: "github", secrets: [{ $secret: "A" }] });
    expect(withStyle(slack, "none")).toEqual({ style: "none" });
    expect(withStyle({}, "hmac")).toEqual({ style: "hmac", secrets: [], header: "X-Signature" });
  });
  it("has a tolerance where a time is signed", () => {
    expect(hasTimestamp(slack)).toBe(true);
    expect(hasTimestamp({ style: "hmac" })).toBe(false);
    expect(hasTimestamp({ style: "hmac", timestamp_header: "X-Time" })).toBe(true);
  });
  it("names secrets by their keys", () => {
    expect(secretKeysOf({ secrets: [{ $secret: "A" }, "B"] })).toEqual(["A", ""]);
    expect(secretKeysOf({ style: "none" })).toEqual([]);
  });
});

describe("a condition", () => {
  it("is JSONata, a rule, or none", () => {
    expect(whenKind(undefined)).toBe("always");
    expect(whenKind("{% true %}")).toBe("jsonata");
    expect(whenKind({ Variable: "$.a", IsNull: true })).toBe("rule");
  });
  it("is written without its braces", () => {
    expect(withoutBraces("{% $x > 1 %}")).toBe("$x > 1");
    expect(withoutBraces("{%  %}")).toBe("");
    expect(withoutBraces("$x")).toBe("$x");
  });
});

describe("what the engine finds", () => {
  const at = (location: string, message: string, severity = "ERROR", code = "DOCUMENT") => ({
    code,
    location,
    message,
    severity,
  });
  const findings = [
    at("/triggers/1", "two are called so", "ERROR", "TRIGGER_NAME"),
    at("/triggers/1", "who may call?", "ERROR", "WEBHOOK_WITHOUT_AUTH"),
    at("/triggers/1/auth/secrets/0", "no secret"),
    at("/triggers/1/pattern/detail", "no such field", "WARNING"),
    at("/triggers/1/odd", "unknown"),
    at("/triggers/10/name", "another's"),
    at("/States/A", "a state's"),
  ];
  const faults = faultsOf(findings, 1, ["name", "auth", "auth/secrets", "pattern"]);

  it("is said at its field", () => {
    expect(faults("name").error).toBe("two are called so");
    expect(faults("auth").error).toBe("who may call?");
    expect(faults("auth/secrets").error).toBe("no secret");
    expect(faults("pattern")).toEqual({ error: null, warning: "no such field" });
  });
  it("is said at the trigger where no field is asked for", () => expect(faults("").error).toBe("unknown"));
  it("is none elsewhere", () => expect(faultsOf(findings, 0, ["name"])("name").error).toBeNull());
});

describe("the last day", () => {
  const now = Date.parse("2026-11-24T14:00:00Z");
  const rows = [
    { arrived_at: "2026-11-24T13:00:00Z", outcome: "STARTED" as const },
    { arrived_at: "2026-11-24T12:00:00Z", outcome: "REFUSED" as const },
    { arrived_at: "2026-11-23T13:00:00Z", outcome: "STARTED" as const },
    { arrived_at: null, outcome: "STARTED" as const },
  ];
  it("is counted by outcome", () => {
    expect(dayWords(ofLastDay(rows, now), false)).toBe("1 started, 1 refused");
    expect(dayWords(ofLastDay(rows, now), true)).toBe("1 started, 1 refused, and more");
    expect(dayWords([], false)).toBe("nothing");
  });
});
