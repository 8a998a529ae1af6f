/**
 * Where each value stands in a JSON text, and what is wrong with one that is not JSON.
 *
 * A small scanner of RFC 8259 instead of the browser's parser: that one gives no places, and its messages differ from
 * browser to browser.
 */
import { escapeToken } from "../../../asl/pointer";

interface Span {
  readonly from: number;
  readonly to: number;
}

export interface JsonFault extends Span {
  readonly message: string;
  /** Counted from 1. */
  readonly line: number;
}

interface Scanned {
  /** By JSON pointer, the value with its key. */
  readonly spans: ReadonlyMap<string, Span>;
  readonly fault: JsonFault | null;
}

class Fault extends Error {
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}

const DEEPEST = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these within a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** The places of `text`'s values, as far as it is JSON, and its first fault. */
export function scan(text: string): Scanned {
  const spans = new Map<string, Span>();
  let at = 0;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const space = (): void => void match(SPACE);
  const here = (message: string): Fault => new Fault(message, at, Math.min(text.length, at + 1));
  const string = (): string => {
    const from = at;
    const found = match(STRING);
    if (found !== null) return JSON.parse(found) as string;
    const line = text.indexOf("\n", from);
    throw new Fault(
      "This text has no closing quote, or a character in it must be escaped.",
      from,
      line < 0 ? text.length : line,
    );
  };
  const value = (pointer: string, from: number, depth: number): void => {
    space();
    if (depth > DEEPEST) throw here("This is nested too deeply.");
    const first = text[at];
    if (first === "{") object(pointer, depth);
    else if (first === "[") array(pointer, depth);
    else if (first === '"') string();
    else if (match(NUMBER) === null && match(WORD) === null) {
      throw here(at >= text.length ? "The JSON ends too early: a value is missing." : "A value is expected here.");
    }
    spans.set(pointer, { from, to: at });
  };
  /** What a bracket encloses, each member read by `member`, up to the bracket `close`. */
  const members = (close: "}" | "]", member: (index: number) => void): void => {
    at += 1;
    space();
    for (let index = 0; text[at] !== close || index > 0; index += 1) {
      space();
      member(index);
      space();
      if (text[at] === close) break;
      if (text[at] !== ",")
        throw here(
          at >= text.length ? `The JSON ends too early: ${close} is missing.` : `A comma or ${close} is expected here.`,
        );
      at += 1;
    }
    at += 1;
  };
  const object = (pointer: string, depth: number): void => {
    const keys = new Set<string>();
    members("}", () => {
      const from = at;
      if (text[at] !== '"') {
        throw here(
          text[at] === "}"
            ? "There is one comma too many before this brace."
            : at >= text.length
              ? "The JSON ends too early: } is missing."
              : "A name in double quotes is expected here.",
        );
      }
      const key = string();
      if (keys.has(key)) throw new Fault(`“${key}” is given twice.`, from, at);
      keys.add(key);
      space();
      if (text[at] !== ":") throw here("A colon is expected here.");
      at += 1;
      value(`${pointer}/${escapeToken(key)}`, from, depth + 1);
    });
  };
  const array = (pointer: string, depth: number): void =>
    members("]", (index) => {
      if (text[at] === "]") throw here("There is one comma too many before this bracket.");
      value(`${pointer}/${index}`, at, depth + 1);
    });

  try {
    space();
    value("", at, 0);
    space();
    if (at < text.length) throw new Fault("Nothing may follow the value.", at, text.length);
    return { spans, fault: null };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const line = text.slice(0, thrown.from).split("\n").length;
    return { spans, fault: { message: thrown.message, from: thrown.from, to: thrown.to, line } };
  }
}

/** The span of the value at `pointer`, else that of the nearest one around it. */
export function spanAt(spans: ReadonlyMap<string, Span>, pointer: string): Span | null {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = spans.get(at);
    if (found !== undefined) return found;
    if (at === "") return null;
  }
}
