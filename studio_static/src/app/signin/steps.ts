/** Where a sign-in is: the form that is shown, and what it needs to know. */
import { type Challenge, CognitoError, type Reply, type Tokens } from "./cognito";

/** A step that shows a form. */
export type FormStep =
  | { at: "password" }
  | { at: "newPassword"; challenge: Challenge }
  | { at: "code"; challenge: Challenge }
  /** An authenticator app is set up: the challenge has its secret. */
  | { at: "setUp"; challenge: Challenge }
  | { at: "forgotten" }
  /** A code was sent; `destination` is where to, as far as the pool says it. */
  | { at: "reset"; destination: string | null };

export type Step = FormStep | { at: "done"; tokens: Tokens };

export function stepAfter(reply: Reply): Step {
  if (reply.kind === "tokens") return { at: "done", tokens: reply.tokens };
  const { challenge } = reply;
  if (challenge.name === "MFA_SETUP") return { at: "setUp", challenge };
  return { at: challenge.name === "NEW_PASSWORD_REQUIRED" ? "newPassword" : "code", challenge };
}

/** The form on which a refusal is mended; the same one, for most. */
export function stepAfterRefusal(step: FormStep, thrown: unknown): FormStep {
  if (!(thrown instanceof CognitoError)) return step;
  // An admin reset the password: the pool sent the code when they did.
  if (thrown.code === "PasswordResetRequiredException") return { at: "reset", destination: null };
  const isChallenge = step.at === "newPassword" || step.at === "code" || step.at === "setUp";
  // A challenge lives three minutes: after that only the password begins another one.
  if (isChallenge && thrown.code === "NotAuthorizedException") return { at: "password" };
  return step;
}
