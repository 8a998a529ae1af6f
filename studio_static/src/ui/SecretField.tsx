/**
 * Where a secret is typed. Its value goes to the server and never comes back: there is nothing to show but the mask, and
 * what is typed is hidden, kept out of the browser's history of forms, and forgotten with the field.
 */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

/** Shown for every secret, whatever its length. */
export const MASK = "********";

export function SecretMask() {
  return (
    <span className="mono">
      <span aria-hidden="true">{MASK}</span>
      <span className="visually-hidden">hidden</span>
    </span>
  );
}

interface SecretFieldProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
  errorText?: string | undefined;
}

export function SecretField({ label, description, value, onChange, errorText }: SecretFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <FormField
      label={label}
      description={description}
      errorText={errorText}
      secondaryControl={
        <Button
          formAction="none"
          variant="inline-link"
          ariaLabel={shown ? "Hide what was typed" : "Show what was typed"}
          onClick={() => setShown(!shown)}
          disabled={value === ""}
        >
          {shown ? "Hide" : "Show"}
        </Button>
      }
    >
      <Input
        type={shown ? "text" : "password"}
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        autoComplete="new-password"
        spellcheck={false}
      />
    </FormField>
  );
}
