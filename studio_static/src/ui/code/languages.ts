/**
 * JSONata and JSONPath for the eye: small tokenizers, enough to colour an expression as it is typed. What is right and
 * wrong, the engine says.
 */
import { json } from "@codemirror/lang-json";
import { LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import type { CodeLanguage } from "./types";

interface InComment {
  comment: boolean;
}

const WORDS = /^(?:and|or|in|function|true|false|null)\b/;

const jsonataParser: StreamParser<InComment> = {
  name: "jsonata",
  startState: () => ({ comment: false }),
  token(stream, state) {
    if (state.comment || stream.match("/*")) {
      state.comment = !stream.match(/^.*?\*\//);
      if (state.comment) stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^\{%|^%\}/)) return "meta";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^`[^`]*`?/)) return "propertyName";
    if (stream.match(/^\$\$?[A-Za-z_][\w]*(?=\s*\()/)) return "variableName.function.standard";
    if (stream.match(/^\$[A-Za-z_$]*[\w]*/)) return "variableName";
    if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
    const word = stream.match(WORDS) as RegExpMatchArray | null;
    if (word) return /true|false/.test(word[0]) ? "bool" : word[0] === "null" ? "null" : "keyword";
    if (stream.match(/^[A-Za-z_]\w*/)) return "propertyName";
    if (stream.match(/^(?::=|!=|<=|>=|~>|\*\*|\.\.|[-+*/%=<>&?:^@#|])/)) return "operator";
    stream.next();
    return "punctuation";
  },
};

const jsonpathParser: StreamParser<null> = {
  name: "jsonpath",
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^States\.\w+/)) return "variableName.function.standard";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^\${1,2}|^@/)) return "variableName";
    if (stream.match(/^-?\d+(?:\.\d+)?/)) return "number";
    if (stream.match(/^(?:true|false)\b/)) return "bool";
    if (stream.match(/^null\b/)) return "null";
    if (stream.match(/^[A-Za-z_][\w-]*/)) return "propertyName";
    if (stream.match(/^(?:=~|==|!=|<=|>=|&&|\|\||\.\.|[<>!*?:])/)) return "operator";
    stream.next();
    return "punctuation";
  },
};

const jsonata = new LanguageSupport(StreamLanguage.define(jsonataParser));
const jsonpath = new LanguageSupport(StreamLanguage.define(jsonpathParser));

/** The CodeMirror language of a name. */
export function languageOf(name: CodeLanguage): Extension {
  switch (name) {
    case "json":
      return json();
    case "jsonata":
      return jsonata;
    case "jsonpath":
      return jsonpath;
    case "text":
      return [];
  }
}
