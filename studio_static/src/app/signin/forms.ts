/** The forms of the sign-in page as data: what each says, which fields it has, and what a field takes. */
import type { InputProps } from "@cloudscape-design/components/input";
import type { FormStep } from "./steps";

export type FieldName = "user" | "password" | "newPassword" | "code";

/** What was typed, by field. */
export type Typed = Readonly<Record<FieldName, string>>;

interface Form {
  title: string;
  intro?: string;
  submit: string;
  fields: readonly FieldName[];
}

export const FORMS: Readonly<Record<FormStep["at"], Form>> = {
  password: { title: "Sign in", submit: "Sign in", fields: ["user", "password"] },
  newPassword: {
    title: "Choose your password",
    intro: "The password of your invitation was for the first time only.",
    submit: "Set the password and sign in",
    fields: ["newPassword"],
  },
  code: {
    title: "Enter your code",
    intro: "Your authenticator app shows six digits for this account.",
    submit: "Sign in",
    fields: ["code"],
  },
  setUp: {
    title: "Set up a second factor",
    submit: "Sign in",
    fields: ["code"],
  },
  forgotten: {
    title: "Set a new password",
    intro: "A code comes by mail. With it you choose a new password.",
    submit: "Send the code",
    fields: ["user"],
  },
  reset: { title: "Set a new password", submit: "Set the password and sign in", fields: ["code", "newPassword"] },
};

interface Field {
  label: string;
  description?: string;
  /** Said where it is left empty. */
  missing: string;
  input: Partial<InputProps>;
  /** Of what was typed, what is kept. */
  clean?: (text: string) => string;
  /** It can be looked at while it is typed: it is typed once. */
  canBeShown?: boolean;
}

export const FIELDS: Readonly<Record<FieldName, Field>> = {
  user: {
    label: "Mail address",
    missing: "Enter your mail address.",
    input: { type: "email", name: "username", autoComplete: "username", spellcheck: false },
    clean: (text) => text.trim(),
  },
  password: {
    label: "Password",
    missing: "Enter your password.",
    input: { type: "password", name: "password", autoComplete: "current-password" },
  },
  newPassword: {
    label: "New password",
    description:
      "As long and mixed as the user pool asks for: by default 12 characters with capitals, digits and symbols.",
    missing: "Enter a new password.",
    input: { type: "password", autoComplete: "new-password", spellcheck: false },
    canBeShown: true,
  },
  code: {
    label: "Code",
    missing: "Enter the code.",
    input: { inputMode: "numeric", autoComplete: "one-time-code", spellcheck: false },
    clean: (text) => text.replace(/\s/g, ""),
  },
};
