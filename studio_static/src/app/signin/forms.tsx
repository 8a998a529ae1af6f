/** The forms of the sign-in page. What is typed is theirs alone, and gone with them. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";

interface Shared {
  user: string;
  setUser: (user: string) => void;
  problem: string | null;
  isAsking: boolean;
  /** To the first form. */
  onBack: () => void;
}

interface FrameProps extends Pick<Shared, "problem" | "isAsking"> {
  title: string;
  intro?: ReactNode;
  submit: string;
  /** What is still to be filled in, and what to say of it: the button is never dead, a browser may fill in late. */
  missing: readonly (readonly [value: string, says: string])[];
  onSubmit: () => void;
  besides?: ReactNode;
  children: ReactNode;
}

function Frame({ title, intro, submit, missing, onSubmit, besides, problem, isAsking, children }: FrameProps) {
  const [wasTried, setWasTried] = useState(false);
  const lacks = missing.find(([value]) => value === "")?.[1] ?? null;
  const shown = (wasTried ? lacks : null) ?? problem;
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    setWasTried(lacks !== null);
    if (lacks === null && !isAsking) onSubmit();
  };
  return (
    <form onSubmit={submitted} noValidate>
      <SpaceBetween size="l">
        <div>
          <Box variant="h1">{title}</Box>
          {intro && <Box color="text-body-secondary">{intro}</Box>}
          {/* It stays, empty: so what goes wrong is spoken when it comes. */}
          <div role="alert" className="signin-problem">
            {shown && <Alert type="error">{shown}</Alert>}
          </div>
        </div>
        {children}
        <Button variant="primary" fullWidth formAction="submit" loading={isAsking}>
          {submit}
        </Button>
        {besides && <div className="signin-besides flex wraps apart">{besides}</div>}
      </SpaceBetween>
    </form>
  );
}

function MailField({ user, setUser, autoFocus }: Pick<Shared, "user" | "setUser"> & { autoFocus: boolean }) {
  return (
    <FormField label="Mail address">
      <Input
        type="email"
        name="username"
        autoComplete="username"
        value={user}
        onChange={({ detail }) => setUser(detail.value.trim())}
        spellcheck={false}
        autoFocus={autoFocus}
      />
    </FormField>
  );
}

function CodeField({ code, setCode }: { code: string; setCode: (code: string) => void }) {
  return (
    <FormField label="Code">
      <Input
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={({ detail }) => setCode(detail.value.replace(/\s/g, ""))}
        spellcheck={false}
        autoFocus
      />
    </FormField>
  );
}

const RULE = "As long and mixed as the user pool asks for: by default 12 characters with capitals, digits and symbols.";

interface NewPasswordFieldProps {
  password: string;
  setPassword: (password: string) => void;
  autoFocus?: boolean;
}

/** Typed once: who wants to be sure looks at it. */
function NewPasswordField({ password, setPassword, autoFocus = false }: NewPasswordFieldProps) {
  const [isShown, setIsShown] = useState(false);
  return (
    <SpaceBetween size="xs">
      <FormField label="New password" description={RULE}>
        <Input
          type={isShown ? "text" : "password"}
          autoComplete="new-password"
          value={password}
          onChange={({ detail }) => setPassword(detail.value)}
          spellcheck={false}
          autoFocus={autoFocus}
        />
      </FormField>
      <Checkbox checked={isShown} onChange={({ detail }) => setIsShown(detail.checked)}>
        Show what I type
      </Checkbox>
    </SpaceBetween>
  );
}

const Back = ({ onBack }: Pick<Shared, "onBack">) => <Act onClick={onBack}>Back to the sign-in</Act>;

function Act({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Link
      onFollow={(event) => {
        event.preventDefault();
        onClick();
      }}
    >
      {children}
    </Link>
  );
}

interface PasswordFormProps extends Shared {
  onForgotten: () => void;
  onSubmit: (password: string) => void;
}

export function PasswordForm({ onForgotten, onSubmit, ...shared }: PasswordFormProps) {
  const { user, setUser } = shared;
  const [password, setPassword] = useState("");
  return (
    <Frame
      {...shared}
      title="Sign in"
      submit="Sign in"
      missing={[
        [user, "Enter your mail address."],
        [password, "Enter your password."],
      ]}
      onSubmit={() => onSubmit(password)}
      besides={<Act onClick={onForgotten}>Forgotten your password?</Act>}
    >
      <MailField user={user} setUser={setUser} autoFocus={user === ""} />
      <FormField label="Password">
        <Input
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={({ detail }) => setPassword(detail.value)}
          autoFocus={user !== ""}
        />
      </FormField>
    </Frame>
  );
}

export function NewPasswordForm({ onSubmit, ...shared }: Shared & { onSubmit: (password: string) => void }) {
  const [password, setPassword] = useState("");
  return (
    <Frame
      {...shared}
      title="Choose your password"
      intro="The password of your invitation was for the first time only."
      submit="Set the password and sign in"
      missing={[[password, "Enter a new password."]]}
      onSubmit={() => onSubmit(password)}
      besides={<Back {...shared} />}
    >
      <NewPasswordField password={password} setPassword={setPassword} autoFocus />
    </Frame>
  );
}

export function CodeForm({ onSubmit, ...shared }: Shared & { onSubmit: (code: string) => void }) {
  const [code, setCode] = useState("");
  return (
    <Frame
      {...shared}
      title="Enter your code"
      intro="Your authenticator app shows six digits for this account."
      submit="Sign in"
      missing={[[code, "Enter the code."]]}
      onSubmit={() => onSubmit(code)}
      besides={<Back {...shared} />}
    >
      <CodeField code={code} setCode={setCode} />
    </Frame>
  );
}

export function ForgottenForm({ onSubmit, ...shared }: Shared & { onSubmit: () => void }) {
  const { user, setUser } = shared;
  return (
    <Frame
      {...shared}
      title="Set a new password"
      intro="A code comes by mail; with it you choose a new password."
      submit="Send the code"
      missing={[[user, "Enter your mail address."]]}
      onSubmit={onSubmit}
      besides={<Back {...shared} />}
    >
      <MailField user={user} setUser={setUser} autoFocus />
    </Frame>
  );
}

interface ResetFormProps extends Shared {
  destination: string | null;
  onSendAgain: () => void;
  onSubmit: (code: string, password: string) => void;
}

export function ResetForm({ destination, onSendAgain, onSubmit, ...shared }: ResetFormProps) {
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Frame
      {...shared}
      title="Set a new password"
      intro={`If there is an account, a code was sent to ${destination ?? shared.user}.`}
      submit="Set the password and sign in"
      missing={[
        [code, "Enter the code."],
        [password, "Enter a new password."],
      ]}
      onSubmit={() => onSubmit(code, password)}
      besides={
        <>
          <Act onClick={onSendAgain}>Send another code</Act>
          <Back {...shared} />
        </>
      }
    >
      <CodeField code={code} setCode={setCode} />
      <NewPasswordField password={password} setPassword={setPassword} />
    </Frame>
  );
}
