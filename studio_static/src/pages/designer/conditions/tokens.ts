/**
 * JSONata's tokens, with their places: enough to cut an expression at its top-level operators, not a parser.
 *
 * JSONata has no reserved words: `and`, `or` and `in` are operators only where an operator can stand, and `/` begins a
 * regular expression only where an operand can. The lexer therefore keeps which of the two it waits for.
 */

export interface Token {
  readonly kind: "operand" | "operator" | "open" | "close";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const SPACE = /\s+|\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|`[^`]*`/y;
const REGEX = /\/(?:[^/\\\n]|\\.)+\/[im]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[$]{0,2}[\p{L}\p{N}_]+|[$]{1,2}/uy;
const OPERATOR = /:=|!=|<=|>=|\.\.|~>|\?\?|\?:|\*\*|[.[\]{}(),@#;:?+\-*/%|=<>^&!~]/y;
const WORD_OPERATORS = new Set(["and", "or", "in"]);

/** The tokens of `source`, or null where it is not made of JSONata's tokens or its brackets do not match. */
export function tokenize(source: string): Token[] | null {
  const tokens: Token[] = [];
  const brackets: string[] = [];
  let at = 0;
  let operandNext = true;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? null;
  };
  const push = (kind: Token["kind"], text: string): void => {
    tokens.push({ kind, text, start: at, end: at + text.length, depth: brackets.length });
    at += text.length;
  };
  while (at < source.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const operand = match(STRING) ?? (operandNext ? (match(REGEX) ?? match(NUMBER)) : null);
    if (operand !== null) {
      push("operand", operand);
      operandNext = false;
      continue;
    }
    const name = match(NAME);
    if (name !== null) {
      const isOperator: boolean = !operandNext && WORD_OPERATORS.has(name);
      push(isOperator ? "operator" : "operand", name);
      operandNext = isOperator;
      continue;
    }
    const text = match(OPERATOR);
    if (text === null) return null;
    if (text === "(" || text === "[" || text === "{") {
      push("open", text);
      brackets.push(text);
      operandNext = true;
    } else if (text === ")" || text === "]" || text === "}") {
      const open = brackets.pop();
      if (open === undefined || "([{".indexOf(open) !== ")]}".indexOf(text)) return null;
      push("close", text);
      operandNext = false;
    } else if (operandNext && (text === "*" || text === "**" || text === "%")) {
      push("operand", text);
      operandNext = false;
    } else {
      push("operator", text);
      operandNext = true;
    }
  }
  return brackets.length === 0 && tokens.length > 0 ? tokens : null;
}
