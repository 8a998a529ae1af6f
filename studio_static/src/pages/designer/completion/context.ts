/**
 * Where the cursor stands in a JSON text, however unfinished: which keys lead there, and what has been typed of the key
 * or value it is in. A scanner from the start of the text; a parser would refuse what is being typed.
 */

export interface JsonContext {
  /** Keys and numbers from the root to the value (or to the object whose key is being typed). */
  readonly path: readonly (string | number)[];
  readonly at: "key" | "value";
  /** Within quotes: what stands between the opening one and the cursor. */
  readonly typed: string;
  /** Offset of the first character of `typed`. */
  readonly from: number;
  readonly quoted: boolean;
}

interface Frame {
  readonly kind: "object" | "array";
  key: string | null;
  index: number;
  /** In an object: a colon was seen, a value is next. */
  value: boolean;
}

/** The context of `position` in `text`, or null outside of any object or list. */
export function contextAt(text: string, position: number): JsonContext | null {
  const stack: Frame[] = [];
  let at = 0;
  while (at < position) {
    const top = stack.at(-1);
    const character = text[at];
    if (character === '"') {
      const end = closing(text, at);
      if (end >= position || end < 0) return inString(stack, text, at + 1, position);
      if (top?.kind === "object" && !top.value) top.key = text.slice(at + 1, end);
      at = end + 1;
      continue;
    }
    if (character === "{" || character === "[") {
      stack.push({ kind: character === "{" ? "object" : "array", key: null, index: 0, value: false });
    } else if (character === "}" || character === "]") stack.pop();
    else if (character === ":" && top?.kind === "object") top.value = true;
    else if (character === "," && top !== undefined) {
      if (top.kind === "array") top.index += 1;
      else {
        top.value = false;
        top.key = null;
      }
    }
    at += 1;
  }
  if (stack.length === 0) return null;
  const word = /[\w.-]*$/.exec(text.slice(0, position))?.[0] ?? "";
  return { ...place(stack), typed: word, from: position - word.length, quoted: false };
}

function closing(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
    else if (text[at] === "\n") return -1;
  }
  return -1;
}

function inString(stack: readonly Frame[], text: string, from: number, position: number): JsonContext | null {
  return stack.length === 0 ? null : { ...place(stack), typed: text.slice(from, position), from, quoted: true };
}

function place(stack: readonly Frame[]): Pick<JsonContext, "path" | "at"> {
  const top = stack.at(-1);
  const path = stack.slice(0, -1).map((frame) => (frame.kind === "array" ? frame.index : (frame.key ?? "")));
  if (top === undefined) return { path, at: "value" };
  if (top.kind === "array") return { path: [...path, top.index], at: "value" };
  return top.value ? { path: [...path, top.key ?? ""], at: "value" } : { path, at: "key" };
}
