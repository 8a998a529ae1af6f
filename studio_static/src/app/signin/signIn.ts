/** How this page signs in: found out once, before anything is shown. */
import { create } from "zustand";
import { setCredentials } from "../../api/credentials";
import type { Cognito } from "./cognito";
import { RETURN, readConfiguration, type UserPool } from "./configuration";
import type { Answer } from "./hosted";
import type { Session } from "./session";

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
  let answer: Answer | null = null;
  let parts: [typeof import("./cognito"), typeof import("./session")];
  try {
    // Before anything is shown: no code stays in the address, and the page beneath is the wanted one.
    if (window.location.pathname === RETURN) answer = (await import("./hosted")).takeAnswer();
    pool = await readConfiguration();
    if (pool === null) return { by: "cookie" };
    parts = await Promise.all([import("./cognito"), import("./session")]); // where a cookie signs in, nobody needs them
  } catch (thrown) {
    return { by: "problem", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const [{ Cognito }, { Session }] = parts;
  const { clientId, hosted } = pool;
  const cognito = new Cognito(clientId);
  const loadAgain = () => window.location.reload();
  const goOut = async () => {
    const address = await import("./hosted")
      .then((page) => page.takeSignOutAddress(hosted, clientId))
      .catch(() => null);
    if (address === null) loadAgain();
    else window.location.assign(address);
  };
  const session = new Session(cognito, loadAgain, hosted === null ? loadAgain : () => void goOut());
  setCredentials(session);
  if (answer === null) void session.resume();
  else if ("problem" in answer) void session.arrive(Promise.reject(new Error(answer.problem)));
  else {
    const given = answer;
    void session.arrive(import("./hosted").then(({ exchange }) => exchange(clientId, given)));
  }
  return { by: "pool", pool, cognito, session };
}
