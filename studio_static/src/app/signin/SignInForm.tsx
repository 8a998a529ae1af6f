/** A form of the sign-in page. What is typed is its alone, and gone with it; the mail address goes from form to form. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { FIELDS, type FieldName, FORMS, type Typed } from "./forms";
import type { FormStep } from "./steps";

interface SignInFormProps {
  at: FormStep["at"];
  /** Said in place of the form's own introduction. */
  intro?: ReactNode;
  user: string;
  setUser: (user: string) => void;
  problem: string | null;
  isAsking: boolean;
  /** What can be done instead: its words, and what it does. */
  besides: readonly (readonly [words: string, act: () => void])[];
  onSubmit: (typed: Typed) => void;
}

export function SignInForm({ at, intro, user, setUser, problem, isAsking, besides, onSubmit }: SignInFormProps) {
  const form = FORMS[at];
  const [secrets, setSecrets] = useState({ password: "", newPassword: "", code: "" });
  const [wasTried, setWasTried] = useState(false);
  const typed: Typed = { ...secrets, user };
  // The button is never dead, a browser may fill in late: what is missing is said once it was tried.
  const missing = form.fields.find((name) => typed[name] === "");
  const [firstToFill] = useState(missing ?? form.fields[0]);
  const shown = wasTried && missing ? FIELDS[missing].missing : problem;
  const said = intro ?? form.intro;
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    setWasTried(missing !== undefined);
    if (missing === undefined && !isAsking) onSubmit(typed);
  };
  return (
    <form onSubmit={submitted} noValidate>
      <SpaceBetween size="l">
        <div>
          <Box variant="h1">{form.title}</Box>
          {said && <Box color="text-body-secondary">{said}</Box>}
          {/* It stays, empty: so what goes wrong is spoken when it comes. */}
          <div role="alert" className="signin-problem">
            {shown && <Alert type="error">{shown}</Alert>}
          </div>
        </div>
        {form.fields.map((name) => (
          <TypedField
            key={name}
            name={name}
            value={typed[name]}
            autoFocus={name === firstToFill}
            onChange={(text) => (name === "user" ? setUser(text) : setSecrets({ ...secrets, [name]: text }))}
          />
        ))}
        <Button variant="primary" fullWidth formAction="submit" loading={isAsking}>
          {form.submit}
        </Button>
        <div className="signin-besides flex wraps apart">
          {besides.map(([words, act]) => (
            <Link
              key={words}
              onFollow={(event) => {
                event.preventDefault();
                act();
              }}
            >
              {words}
            </Link>
          ))}
        </div>
      </SpaceBetween>
    </form>
  );
}

interface TypedFieldProps {
  name: FieldName;
  value: string;
  autoFocus: boolean;
  onChange: (text: string) => void;
}

function TypedField({ name, value, autoFocus, onChange }: TypedFieldProps) {
  const { label, description, input, clean = (text) => text, canBeShown = false } = FIELDS[name];
  const [isShown, setIsShown] = useState(false);
  return (
    <SpaceBetween size="xs">
      <FormField label={label} description={description}>
        <Input
          {...input}
          {...(isShown && { type: "text" })}
          value={value}
          onChange={({ detail }) => onChange(clean(detail.value))}
          autoFocus={autoFocus}
        />
      </FormField>
      {canBeShown && (
        <Checkbox checked={isShown} onChange={({ detail }) => setIsShown(detail.checked)}>
          Show what I type
        </Checkbox>
      )}
    </SpaceBetween>
  );
}
