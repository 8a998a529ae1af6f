import { expect, test } from "vitest";
import { addressIn, approverWords, isReadable, scalarWords } from "./readable";

test("few values are read as such, others as JSON", () => {
  expect(isReadable({ order: "o-1", lines: [{ sku: "desk", quantity: 2 }] })).toBe(true);
  expect(isReadable({ a: { b: { c: { d: 1 } } } })).toBe(false);
  expect(isReadable({ rows: Array.from({ length: 61 }, (_, at) => at) })).toBe(false);
  expect(isReadable({ $too_large: { bytes: 5_000_000, href: "/x" } })).toBe(false);
  expect(isReadable("text")).toBe(false);
});

test("a value is said as people say it", () => {
  expect([null, "", true, false, 0, "o-1"].map(scalarWords)).toEqual(["–", "–", "yes", "no", "0", "o-1"]);
});

test("only a web address leads anywhere", () => {
  expect(addressIn("https://wiki.example.com/a?b=1#c")).toBe("https://wiki.example.com/a?b=1#c");
  for (const text of ["javascript:alert(1)", "see https://a.example", "ftp://a.example", "", 7, null]) {
    expect(addressIn(text)).toBeNull();
  }
});

test("a role is named in words, and a person as they are called", () => {
  expect(["role:publisher", "ada@example.com"].map(approverWords)).toEqual(["the role publisher", "ada@example.com"]);
});
