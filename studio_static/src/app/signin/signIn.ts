/** How this page signs in: found out once, before anything is shown. */
import { create } from "zustand";
import { setCredentials } from "../../api/credentials";
import { Cognito } from "./cognito";
import { readConfiguration, type UserPool } from "./configuration";
import { type Answer, exchange, takeAnswer, takeSignOutAddress } from "./hosted";
import { Session } from "./session";

export type SignIn =
  | { by: "unknown" }
  | { by: "problem"; message: string }
  | { by: "cookie" }
  | { by: "pool"; pool: UserPool; cognito: Cognito; session: Session };

export const useSignIn = create<SignIn>(() => ({ by: "unknown" }));

/** Whether the sign-in page covers the shell: then no key is the shell's. */
export function isCovered(): boolean {
  const signIn = useSignIn.getState();
  return signIn.by === "pool" && signIn.session.state.getState().at !== "in";
}

/** Called once, by main. */
export async function findSignIn(): Promise<void> {
  // At once: no code stays in the address, and the page that is shown is the wanted one.
  useSignIn.setState(await found(takeAnswer()), true);
}

async function found(answer: Answer | null): Promise<SignIn> {
  let pool: UserPool | null;
  try {
    pool = await readConfiguration();
  } catch (thrown) {
    return { by: "problem", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  if (pool === null) return { by: "cookie" };
  const { clientId, hosted } = pool;
  const cognito = new Cognito(clientId);
  const loadAgain = () => window.location.reload();
  const goOut = () => {
    const address = takeSignOutAddress(hosted, clientId);
    if (address === null) loadAgain();
    else window.location.assign(address);
  };
  const session = new Session(cognito, loadAgain, goOut);
  setCredentials(session);
  if (answer === null) void session.resume();
  else if ("problem" in answer) void session.arrive(Promise.reject(new Error(answer.problem)));
  else void session.arrive(exchange(clientId, answer));
  return { by: "pool", pool, cognito, session };
}
