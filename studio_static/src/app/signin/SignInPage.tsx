/** The page on which a user of the deployment's pool signs in: by password, then by what the pool asks besides. */
import "./signin.css";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useState } from "react";
import { type Cognito, otpauth, type Tokens } from "./cognito";
import type { UserPool } from "./configuration";
import type { Typed } from "./forms";
import { begin } from "./hosted";
import { SignInForm } from "./SignInForm";
import { type FormStep, type Step, stepAfter, stepAfterRefusal } from "./steps";

interface SignInPageProps {
  pool: UserPool;
  cognito: Cognito;
  /** Why one has to sign in again; null at first. */
  why: string | null;
  onSignedIn: (tokens: Tokens) => void;
}

export default function SignInPage({ pool, cognito, why, onSignedIn }: SignInPageProps) {
  useTitle("Sign in · Automate");
  return (
    <div className="signin stack gap-16 on-panel">
      <main className="signin-card framed on-card">
        <header className="signin-head row gap-12 size-16 ruled">
          <img src="/studio/icon.svg" alt="" width="32" height="32" />
          <div>
            <strong>Automate</strong>
            <Box color="text-body-secondary" fontSize="body-s">
              {pool.stage} · {pool.region}
            </Box>
          </div>
        </header>
        <Steps pool={pool} cognito={cognito} why={why} onSignedIn={onSignedIn} />
      </main>
      <footer className="size-12 dim flush">Accounts are by invitation: ask whoever runs this deployment.</footer>
    </div>
  );
}

function Steps({ pool, cognito, why, onSignedIn }: SignInPageProps) {
  const [step, setStep] = useState<FormStep>({ at: "password" });
  const [user, setUser] = useState("");
  const [problem, setProblem] = useState<string | null>(why);
  const [isAsking, setIsAsking] = useState(false);

  const show = (next: FormStep) => {
    setProblem(null);
    setStep(next);
  };
  const ask = async (question: () => Promise<Step>) => {
    setIsAsking(true);
    setProblem(null);
    try {
      const next = await question();
      if (next.at === "done") onSignedIn(next.tokens);
      else setStep(next);
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : String(thrown));
      setStep(stepAfterRefusal(step, thrown));
    } finally {
      setIsAsking(false);
    }
  };
  const sendCode = async (): Promise<Step> => ({ at: "reset", destination: await cognito.forgotPassword(user) });
  const answer = async ({ password, newPassword, code }: Typed): Promise<Step> => {
    switch (step.at) {
      case "newPassword":
        return stepAfter(await cognito.answer(step.challenge, newPassword));
      case "code":
      case "setUp":
        return stepAfter(await cognito.answer(step.challenge, code));
      case "forgotten":
        return sendCode();
      case "reset":
        await cognito.confirmForgotPassword(user, code, newPassword);
        return stepAfter(await cognito.signIn(user, newPassword));
      case "password":
        return stepAfter(await cognito.signIn(user, password));
    }
  };
  const back = ["Back to the sign-in", () => show({ at: "password" })] as const;
  const forgotten = ["Forgotten your password?", () => show({ at: "forgotten" })] as const;
  const again = ["Send another code", () => void ask(sendCode)] as const;
  const { hosted } = pool;
  const goTo = (provider: string) => {
    if (hosted === null) return;
    setProblem(null);
    begin(hosted, pool.clientId, provider).catch((thrown: Error) => setProblem(thrown.message));
  };
  return (
    <SpaceBetween size="l">
      <SignInForm
        key={step.at}
        at={step.at}
        intro={introOf(step, user)}
        user={user}
        setUser={setUser}
        problem={problem}
        isAsking={isAsking}
        besides={step.at === "password" ? [forgotten] : step.at === "reset" ? [again, back] : [back]}
        onSubmit={(typed) => void ask(() => answer(typed))}
      />
      {step.at === "password" &&
        hosted?.providers.map((name) => (
          <Button key={name} fullWidth onClick={() => goTo(name)}>
            Sign in with {name}
          </Button>
        ))}
    </SpaceBetween>
  );
}

/** What the form says in place of its own introduction. */
function introOf(step: FormStep, user: string): ReactNode {
  if (step.at === "reset") return `If there is an account, a code was sent to ${step.destination ?? user}.`;
  if (step.at === "code" && step.challenge.name !== "SOFTWARE_TOKEN_MFA") return "A code was sent to you.";
  if (step.at !== "setUp") return undefined;
  const { secret = "" } = step.challenge;
  return (
    <SpaceBetween size="xs">
      <span>This deployment wants one. Add this key to an authenticator app; it is shown once:</span>
      <Box variant="code">{secret}</Box>
      <Link href={otpauth(secret, user)}>Open it in an app of this device</Link>
      <span>Then enter the six digits that the app shows.</span>
    </SpaceBetween>
  );
}

/** The document's title while this is shown; the page beneath gets its own back. */
function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
