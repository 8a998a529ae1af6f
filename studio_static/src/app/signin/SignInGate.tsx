/**
 * Who may see the Studio: locally whoever got this far, by cookie; on AWS a user of the deployment's pool. The address
 * stays what it is, so a link into the Studio leads where it should after the sign-in. A sign-in that runs out while
 * somebody works covers the page, which keeps what is on it.
 */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { useStore } from "zustand";
import { part } from "../part";
import { type SignIn, useSignIn } from "./signIn";

const SignInPage = part(() => import("./SignInPage"));

export function SignInGate({ children }: { children: ReactNode }) {
  const signIn = useSignIn();
  if (signIn.by === "unknown") return null;
  if (signIn.by === "problem") return <Unconfigured message={signIn.message} />;
  if (signIn.by === "cookie") return children;
  return <PoolGate {...signIn}>{children}</PoolGate>;
}

interface PoolGateProps extends Extract<SignIn, { by: "pool" }> {
  children: ReactNode;
}

function PoolGate({ pool, cognito, session, children }: PoolGateProps) {
  const state = useStore(session.state);
  const [wasIn, setWasIn] = useState(false);
  useEffect(() => {
    if (state.at === "in") setWasIn(true);
  }, [state.at]);
  const isIn = state.at === "in";
  return (
    <>
      {(isIn || wasIn) && <div hidden={!isIn}>{children}</div>}
      {state.at === "out" && (
        <Suspense>
          <SignInPage pool={pool} cognito={cognito} why={state.why} onSignedIn={(tokens) => session.enter(tokens)} />
        </Suspense>
      )}
    </>
  );
}

function Unconfigured({ message }: { message: string }) {
  return (
    <Box padding="l">
      <Alert
        type="error"
        header="The Studio does not know how to sign in here"
        action={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
      >
        {message}
      </Alert>
    </Box>
  );
}
