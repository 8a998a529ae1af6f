/**
 * What a user pool is asked, and what its answers mean: the JSON protocol of the Amazon Cognito user pools API, through
 * /cognito of the page's own origin. Nothing here keeps anything.
 */

export interface Tokens {
  idToken: string;
  /** Absent where Cognito renewed the ID token alone: the refresh token at hand stays good. */
  refreshToken: string | null;
  /** Milliseconds of the page's clock: when the ID token ends. */
  until: number;
}

/** A question between the password and the tokens. */
export interface Challenge {
  name: keyof typeof ANSWER_FIELDS | typeof SET_UP;
  session: string;
  /** The pool's own name of the user: the answer must name that one, not the mail address it was found by. */
  user: string;
  /** Of MFA_SETUP: what an authenticator app is set up with. Nobody can ask for it again. */
  secret?: string;
}

export type Reply = { kind: "tokens"; tokens: Tokens } | { kind: "challenge"; challenge: Challenge };

/** A refusal in Cognito's words. `code` is its exception's name, or NoAnswer and Http503 where it said nothing. */
export class CognitoError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "CognitoError";
    this.code = code;
  }

  /** Whether asking again may help: nothing was decided about the user. */
  get isTransient(): boolean {
    return /^NoAnswer$|^Http|TooManyRequests|Throttl|InternalError|LimitExceeded/.test(this.code);
  }
}

const ENDPOINT = "/cognito";
const SERVICE = "AWSCognitoIdentityProviderService";
const ANSWER_FIELDS = {
  NEW_PASSWORD_REQUIRED: "NEW_PASSWORD",
  SOFTWARE_TOKEN_MFA: "SOFTWARE_TOKEN_MFA_CODE",
  SMS_MFA: "SMS_MFA_CODE",
  EMAIL_OTP: "EMAIL_OTP_CODE",
} as const;
const SET_UP = "MFA_SETUP";
const APP = "SOFTWARE_TOKEN_MFA";

/** One app client of a user pool. */
export class Cognito {
  readonly #clientId: string;
  readonly #now: () => number;

  constructor(clientId: string, now: () => number = Date.now) {
    this.#clientId = clientId;
    this.#now = now;
  }

  async signIn(user: string, password: string): Promise<Reply> {
    return this.#authenticate("InitiateAuth", user, {
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: user, PASSWORD: password },
    });
  }

  /** `value` is the new password or the code, as the challenge asks. */
  async answer({ name, session, user }: Challenge, value: string): Promise<Reply> {
    if (name === SET_UP) return this.#setUp(session, user, value);
    return this.#authenticate("RespondToAuthChallenge", user, {
      ChallengeName: name,
      Session: session,
      ChallengeResponses: { USERNAME: user, [ANSWER_FIELDS[name]]: value },
    });
  }

  async renew(refreshToken: string): Promise<Tokens> {
    const reply = await this.#authenticate("InitiateAuth", "", {
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: refreshToken },
    });
    if (reply.kind === "tokens") return reply.tokens;
    throw new CognitoError(reply.challenge.name, "The user pool wants a new sign-in.");
  }

  /** From now on `refreshToken` brings no tokens. Goes out though the page is being left. */
  async revoke(refreshToken: string): Promise<void> {
    await this.#askAsClient("RevokeToken", { Token: refreshToken });
  }

  /** Has a code sent; where to, as Cognito shows it ("m***@e***"), or null where it does not say. */
  async forgotPassword(user: string): Promise<string | null> {
    const body = await this.#askAsClient("ForgotPassword", { Username: user });
    const details = body.CodeDeliveryDetails as { Destination?: unknown } | undefined;
    return typeof details?.Destination === "string" ? details.Destination : null;
  }

  async confirmForgotPassword(user: string, code: string, password: string): Promise<void> {
    await this.#askAsClient("ConfirmForgotPassword", {
      Username: user,
      ConfirmationCode: code,
      Password: password,
    });
  }

  async #authenticate(operation: string, user: string, given: object): Promise<Reply> {
    const reply = readReply(await this.#askAsClient(operation, given), user, this.#now());
    if (reply.kind === "tokens" || reply.challenge.name !== SET_UP) return reply;
    const made = await this.#ask("AssociateSoftwareToken", { Session: reply.challenge.session });
    if (typeof made.SecretCode !== "string" || typeof made.Session !== "string")
      throw new CognitoError("NoSecret", "The sign-in service answered without a key for the authenticator app.");
    return { kind: "challenge", challenge: { ...reply.challenge, session: made.Session, secret: made.SecretCode } };
  }

  /** `code` is the first one of the app. */
  async #setUp(session: string, user: string, code: string): Promise<Reply> {
    const verified = await this.#ask("VerifySoftwareToken", {
      Session: session,
      UserCode: code,
      FriendlyDeviceName: "automate",
    });
    if (verified.Status !== "SUCCESS" || typeof verified.Session !== "string")
      throw new CognitoError("NotSetUp", "The authenticator app was not set up.");
    return this.#authenticate("RespondToAuthChallenge", user, {
      ChallengeName: SET_UP,
      Session: verified.Session,
      ChallengeResponses: { USERNAME: user },
    });
  }

  async #askAsClient(operation: string, given: object): Promise<Record<string, unknown>> {
    return this.#ask(operation, { ClientId: this.#clientId, ...given });
  }

  async #ask(operation: string, given: object): Promise<Record<string, unknown>> {
    let response: Response;
    try {
      response = await fetch(ENDPOINT, {
        method: "POST",
        headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `${SERVICE}.${operation}` },
        credentials: "omit",
        cache: "no-store",
        keepalive: true,
        body: JSON.stringify(given),
      });
    } catch {
      throw new CognitoError("NoAnswer", "The sign-in service does not answer. Look whether you are online.");
    }
    const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
    if (!response.ok) throw refusal(response.status, body);
    return body ?? {};
  }
}

/** What InitiateAuth or RespondToAuthChallenge answered at `now`. Throws CognitoError for a question not known here. */
export function readReply(body: Record<string, unknown>, user: string, now: number): Reply {
  if (typeof body.ChallengeName === "string") return { kind: "challenge", challenge: readChallenge(body, user) };
  const result = body.AuthenticationResult as Record<string, unknown> | undefined;
  if (typeof result?.IdToken !== "string" || typeof result.ExpiresIn !== "number")
    throw new CognitoError("NoTokens", "The sign-in service answered without a token.");
  return {
    kind: "tokens",
    tokens: {
      idToken: result.IdToken,
      refreshToken: typeof result.RefreshToken === "string" ? result.RefreshToken : null,
      until: now + result.ExpiresIn * 1000,
    },
  };
}

function readChallenge(body: Record<string, unknown>, user: string): Challenge {
  const name = String(body.ChallengeName);
  const parameters = (body.ChallengeParameters ?? {}) as Record<string, unknown>;
  const canSetUp = String(parameters.MFAS_CAN_SETUP ?? APP).includes(APP);
  if (!(name in ANSWER_FIELDS) && !(name === SET_UP && canSetUp))
    throw new CognitoError(name, `The user pool asks for ${name}, which this page cannot answer.`);
  const named = parameters.USER_ID_FOR_SRP;
  return {
    name: name as Challenge["name"],
    session: String(body.Session ?? ""),
    user: typeof named === "string" && named !== "" ? named : user,
  };
}

/** The `__type` of an error may carry a namespace ("com.amazon…#NotAuthorizedException"). */
export function refusal(status: number, body: Record<string, unknown> | null): CognitoError {
  const type = typeof body?.__type === "string" ? body.__type.replace(/^.*#/, "") : `Http${status}`;
  const message = body?.message ?? body?.Message;
  return new CognitoError(
    type,
    typeof message === "string" && message !== "" ? message : `The sign-in service answered ${status}.`,
  );
}

/** Whom an ID token is about: its claim `sub`. The token is the API's to verify; here it only tells users apart. */
export function subjectOf(idToken: string): string | null {
  const { sub } = claimsOf(idToken);
  return typeof sub === "string" ? sub : null;
}

/** What an ID token says, unverified; nothing of what is none. */
export function claimsOf(idToken: string): Record<string, unknown> {
  try {
    const payload = (idToken.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** An authenticator app's key as a URI, which apps take from a link (TOTP, six digits, 30 s: the defaults). */
export function otpauth(secret: string, user: string): string {
  const label = encodeURIComponent(`Automate:${user}`);
  return `otpauth://totp/${label}?${new URLSearchParams({ secret, issuer: "Automate" })}`;
}
