/** The page on which a user of the deployment's pool signs in: by password, then by what the pool asks besides. */
import "./signin.css";
import Box from "@cloudscape-design/components/box";
import { useEffect, useState } from "react";
import type { Cognito, Tokens } from "./cognito";
import type { UserPool } from "./configuration";
import { CodeForm, ForgottenForm, NewPasswordForm, PasswordForm, ResetForm } from "./forms";
import { type Step, stepAfter, stepAfterRefusal } from "./steps";

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
        <Steps cognito={cognito} why={why} onSignedIn={onSignedIn} />
      </main>
      <footer className="size-12 dim flush">Accounts are by invitation: ask whoever runs this deployment.</footer>
    </div>
  );
}

function Steps({ cognito, why, onSignedIn }: Omit<SignInPageProps, "pool">) {
  const [step, setStep] = useState<Step>({ at: "password" });
  const [user, setUser] = useState("");
  const [problem, setProblem] = useState<string | null>(why);
  const [isAsking, setIsAsking] = useState(false);

  const show = (next: Step) => {
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
  const signIn = async (name: string, password: string) => stepAfter(await cognito.signIn(name, password));
  const sendCode = async (name: string): Promise<Step> => ({
    at: "reset",
    destination: await cognito.forgotPassword(name),
  });
  const shared = { user, setUser, problem, isAsking, onBack: () => show({ at: "password" }) };

  switch (step.at) {
    case "newPassword":
      return (
        <NewPasswordForm
          {...shared}
          onSubmit={(password) => ask(async () => stepAfter(await cognito.answer(step.challenge, password)))}
        />
      );
    case "code":
      return (
        <CodeForm
          {...shared}
          onSubmit={(code) => ask(async () => stepAfter(await cognito.answer(step.challenge, code)))}
        />
      );
    case "forgotten":
      return <ForgottenForm {...shared} onSubmit={() => ask(() => sendCode(user))} />;
    case "reset":
      return (
        <ResetForm
          {...shared}
          destination={step.destination}
          onSendAgain={() => ask(() => sendCode(user))}
          onSubmit={(code, password) =>
            ask(async () => {
              await cognito.confirmForgotPassword(user, code, password);
              return signIn(user, password);
            })
          }
        />
      );
    default:
      return (
        <PasswordForm
          {...shared}
          onForgotten={() => show({ at: "forgotten" })}
          onSubmit={(password) => ask(() => signIn(user, password))}
        />
      );
  }
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
