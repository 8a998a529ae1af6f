/** How this page signs in: found out once, before anything is shown. */
import { create } from "zustand";
import { setCredentials } from "../../api/credentials";
import { Cognito } from "./cognito";
import { readConfiguration, type UserPool } from "./configuration";
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
  useSignIn.setState(await found(), true);
}

async function found(): Promise<SignIn> {
  let pool: UserPool | null;
  try {
    pool = await readConfiguration();
  } catch (thrown) {
    return { by: "problem", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  if (pool === null) return { by: "cookie" };
  const cognito = new Cognito(pool.clientId);
  const session = new Session(cognito);
  setCredentials(session);
  void session.resume();
  return { by: "pool", pool, cognito, session };
}
