/** What is typed of each kind of connection, and what of it the API is sent. */
import type { ConnectionRequest } from "../../api/schema";

export type Kind = ConnectionRequest["kind"];

interface FieldRow {
  name: keyof ConnectionRequest;
  label: string;
  description?: string;
  /** It is hidden while it is typed. */
  isSecret?: boolean;
  isOptional?: boolean;
  /** Several words, or NAME=VALUE, with spaces between them. */
  several?: "words" | "pairs";
}

const TEST: FieldRow = {
  name: "test_url",
  label: "Test address",
  description: "A GET with the connection must be answered there with less than 400.",
  isOptional: true,
};
const CLIENT: readonly FieldRow[] = [
  {
    name: "issuer",
    label: "Issuer",
    description: "Its metadata says the addresses. Without one, give them below.",
    isOptional: true,
  },
  { name: "token_url", label: "Token endpoint", isOptional: true },
];
const CREDENTIALS: readonly FieldRow[] = [
  { name: "client_id", label: "Client id" },
  { name: "scopes", label: "Scopes", description: "With spaces between them.", isOptional: true, several: "words" },
];
const PARAMETERS: FieldRow = {
  name: "parameters",
  label: "More for the token endpoint",
  description: "As NAME=VALUE, such as audience=orders.",
  isOptional: true,
  several: "pairs",
};

export const KINDS: Record<Kind, { label: string; description: string; fields: readonly FieldRow[] }> = {
  api_key: {
    label: "API key",
    description: "A key in a header or a parameter.",
    fields: [
      { name: "secret", label: "Key", isSecret: true },
      { name: "header", label: "Header", description: "Where the connector http sends it.", isOptional: true },
      { name: "query", label: "or parameter", isOptional: true },
      TEST,
    ],
  },
  bearer: {
    label: "Bearer token",
    description: "A token that does not end by itself.",
    fields: [{ name: "secret", label: "Token", isSecret: true }, TEST],
  },
  basic: {
    label: "User and password",
    description: "Sent as Authorization: Basic.",
    fields: [{ name: "user", label: "User" }, { name: "secret", label: "Password", isSecret: true }, TEST],
  },
  oauth2_client_credentials: {
    label: "OAuth2: client credentials",
    description: "The workflow acts for itself.",
    fields: [
      ...CLIENT,
      ...CREDENTIALS,
      { name: "client_secret", label: "Client secret", isSecret: true },
      PARAMETERS,
      TEST,
    ],
  },
  oauth2_authorization_code: {
    label: "OAuth2: a person says yes",
    description: "On the service's own page: authorization code with PKCE.",
    fields: [
      ...CLIENT,
      { name: "authorize_url", label: "Page where a person says yes", isOptional: true },
      ...CREDENTIALS,
      {
        name: "client_secret",
        label: "Client secret",
        description: "A public client has none.",
        isSecret: true,
        isOptional: true,
      },
      {
        name: "authorize_parameters",
        label: "More for that page",
        description: "As NAME=VALUE, such as access_type=offline.",
        isOptional: true,
        several: "pairs",
      },
      TEST,
    ],
  },
};

export type Typed = Partial<Record<keyof ConnectionRequest, string>>;

/** Whether everything is there that has to be. */
export function isWhole(kind: Kind, typed: Typed): boolean {
  return KINDS[kind].fields.every(({ name, isOptional }) => isOptional || (typed[name] ?? "") !== "");
}

/** Whether the API would say that nothing tests it. */
export function isUntested(kind: Kind, typed: Typed): boolean {
  return !kind.startsWith("oauth2") && !typed.test_url;
}

export function requestOf(kind: Kind, typed: Typed): ConnectionRequest {
  const given = KINDS[kind].fields.flatMap(({ name, several }) => {
    const text = typed[name] ?? "";
    return text === "" ? [] : [[name, several ? partsOf(text, several) : text]];
  });
  return { kind, ...Object.fromEntries(given), ...(isUntested(kind, typed) && { untested: true }) };
}

function partsOf(text: string, several: "words" | "pairs"): string[] | Record<string, string> {
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (several === "words") return words;
  return Object.fromEntries(
    words.map((word) => [word.split("=", 1)[0] ?? "", word.includes("=") ? word.slice(word.indexOf("=") + 1) : ""]),
  );
}
