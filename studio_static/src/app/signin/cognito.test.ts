import { afterEach, describe, expect, it, vi } from "vitest";
import { Cognito, CognitoError, otpauth, readReply, refusal, subjectOf } from "./cognito";
import { userPool } from "./configuration";
import { stepAfter, stepAfterRefusal } from "./steps";

const NOW = 1_000_000;
const RESULT = { IdToken: "id", AccessToken: "access", RefreshToken: "refresh", ExpiresIn: 3600, TokenType: "Bearer" };
const INVITED = {
  ChallengeName: "NEW_PASSWORD_REQUIRED",
  Session: "session-1",
  ChallengeParameters: { USER_ID_FOR_SRP: "0a1b", requiredAttributes: "[]", userAttributes: "{}" },
};

function answers(...given: [number, unknown][]) {
  const fetched = vi.fn<typeof fetch>();
  for (const [status, body] of given) fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fetched);
  return () =>
    fetched.mock.calls.map(([address, request]) => ({
      address,
      headers: request?.headers,
      body: JSON.parse(String(request?.body)),
    }));
}

afterEach(() => vi.unstubAllGlobals());

describe("readReply", () => {
  it("takes tokens, and counts their end from now", () => {
    expect(readReply({ AuthenticationResult: RESULT }, "ann@example.com", NOW)).toEqual({
      kind: "tokens",
      tokens: { idToken: "id", refreshToken: "refresh", until: NOW + 3_600_000 },
    });
  });
  it("has no refresh token where only the ID token was renewed", () => {
    const { RefreshToken: _, ...renewed } = RESULT;
    expect(readReply({ AuthenticationResult: renewed }, "", NOW)).toMatchObject({ tokens: { refreshToken: null } });
  });
  it("takes a challenge, with the pool's own name of the user", () => {
    expect(readReply(INVITED, "ann@example.com", NOW)).toEqual({
      kind: "challenge",
      challenge: { name: "NEW_PASSWORD_REQUIRED", session: "session-1", user: "0a1b" },
    });
  });
  it("refuses a challenge that it cannot answer by name, and an answer without a token", () => {
    expect(() => readReply({ ChallengeName: "DEVICE_SRP_AUTH", Session: "s" }, "ann", NOW)).toThrow(/DEVICE_SRP_AUTH/);
    const bySms = { ChallengeName: "MFA_SETUP", Session: "s", ChallengeParameters: { MFAS_CAN_SETUP: '["SMS_MFA"]' } };
    expect(() => readReply(bySms, "ann", NOW)).toThrow(/MFA_SETUP/);
    expect(() => readReply({ AuthenticationResult: {} }, "ann", NOW)).toThrow(/without a token/);
  });
});

describe("Cognito", () => {
  it("asks in the service's protocol, and answers the challenge in its session", async () => {
    const asked = answers([200, INVITED], [200, { AuthenticationResult: RESULT }]);
    const cognito = new Cognito("client-1", () => NOW);
    const first = await cognito.signIn("ann@example.com", "temporary");
    if (first.kind !== "challenge") throw new Error("no challenge");
    expect(await cognito.answer(first.challenge, "chosen")).toMatchObject({ kind: "tokens" });
    expect(asked()).toEqual([
      {
        address: "/cognito",
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
        },
        body: {
          ClientId: "client-1",
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: "ann@example.com", PASSWORD: "temporary" },
        },
      },
      expect.objectContaining({
        body: {
          ClientId: "client-1",
          ChallengeName: "NEW_PASSWORD_REQUIRED",
          Session: "session-1",
          ChallengeResponses: { USERNAME: "0a1b", NEW_PASSWORD: "chosen" },
        },
      }),
    ]);
  });
  it("names the code of a second factor as Cognito does", async () => {
    const asked = answers([200, { AuthenticationResult: RESULT }]);
    await new Cognito("c").answer({ name: "SOFTWARE_TOKEN_MFA", session: "s", user: "ann" }, "123456");
    expect(asked()[0]?.body.ChallengeResponses).toEqual({ USERNAME: "ann", SOFTWARE_TOKEN_MFA_CODE: "123456" });
  });
  it("has an authenticator app set up, each step in the session of the one before", async () => {
    const asked = answers(
      [200, { ChallengeName: "MFA_SETUP", Session: "s-1", ChallengeParameters: { USER_ID_FOR_SRP: "0a1b" } }],
      [200, { SecretCode: "JBSWY3DP", Session: "s-2" }],
      [400, { __type: "EnableSoftwareTokenMFAException", message: "Code mismatch" }],
      [200, { Status: "SUCCESS", Session: "s-3" }],
      [200, { AuthenticationResult: RESULT }],
    );
    const cognito = new Cognito("c", () => NOW);
    const first = await cognito.signIn("ann@example.com", "password");
    const step = stepAfter(first);
    if (step.at !== "setUp") throw new Error("no step");
    expect(step.challenge).toEqual({ name: "MFA_SETUP", session: "s-2", user: "0a1b", secret: "JBSWY3DP" });
    const wrong = await cognito.answer(step.challenge, "000000").catch((thrown: unknown) => thrown);
    expect(stepAfterRefusal(step, wrong)).toBe(step);
    expect(await cognito.answer(step.challenge, "123456")).toMatchObject({ kind: "tokens" });
    expect(asked().map(({ body }) => [body.Session, body.ClientId])).toEqual([
      [undefined, "c"],
      ["s-1", undefined],
      ["s-2", undefined],
      ["s-2", undefined],
      ["s-3", "c"],
    ]);
    expect(asked()[4]?.body.ChallengeResponses).toEqual({ USERNAME: "0a1b" });
  });
  it("fails in Cognito's words", async () => {
    answers([400, { __type: "NotAuthorizedException", message: "Incorrect username or password." }]);
    await expect(new Cognito("c").signIn("ann", "wrong")).rejects.toMatchObject({
      code: "NotAuthorizedException",
      message: "Incorrect username or password.",
      isTransient: false,
    });
  });
  it("says that nobody answers", async () => {
    vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("Failed to fetch")));
    await expect(new Cognito("c").renew("refresh")).rejects.toMatchObject({ code: "NoAnswer", isTransient: true });
  });
});

describe("refusal", () => {
  it("drops the namespace of the type", () => {
    expect(refusal(400, { __type: "com.amazonaws.x#CodeMismatchException", message: "No." }).code).toBe(
      "CodeMismatchException",
    );
  });
  it.each(["TooManyRequestsException", "LimitExceededException", "InternalErrorException"])("may pass: %s", (type) => {
    expect(refusal(400, { __type: type, message: "Later." }).isTransient).toBe(true);
  });
  it("is of the status where no body says more", () => {
    expect(refusal(503, null)).toMatchObject({ code: "Http503", isTransient: true });
  });
});

describe("steps", () => {
  const challenge = { name: "SOFTWARE_TOKEN_MFA", session: "s", user: "ann" } as const;
  it("asks what the challenge asks", () => {
    expect(stepAfter(readReply(INVITED, "ann", NOW)).at).toBe("newPassword");
    expect(stepAfter({ kind: "challenge", challenge })).toEqual({ at: "code", challenge });
  });
  it("stays where a wrong code can be typed again, and begins anew where the session has ended", () => {
    const code = { at: "code", challenge } as const;
    expect(stepAfterRefusal(code, new CognitoError("CodeMismatchException", "No."))).toBe(code);
    expect(stepAfterRefusal(code, new CognitoError("NotAuthorizedException", "Session has expired."))).toEqual({
      at: "password",
    });
  });
  it("goes on to the code that an admin's reset has sent", () => {
    const thrown = new CognitoError("PasswordResetRequiredException", "Password reset required for the user");
    expect(stepAfterRefusal({ at: "password" }, thrown).at).toBe("reset");
  });
});

describe("subjectOf", () => {
  it("reads sub, whatever letters stand in the token", () => {
    const payload = btoa(JSON.stringify({ sub: "0a1b", note: "??>>" }))
      .replace(/\+/g, "-")
      .replace(/\//g, "_");
    expect(subjectOf(`h.${payload.replace(/=+$/, "")}.s`)).toBe("0a1b");
  });
  it("is null for what is no token", () => {
    expect([subjectOf(""), subjectOf("a.b"), subjectOf("a.e30.c")]).toEqual([null, null, null]);
  });
});

describe("otpauth", () => {
  it("names product and person", () => {
    expect(otpauth("JBSWY3DP", "ann+x@example.com")).toBe(
      "otpauth://totp/Automate%3Aann%2Bx%40example.com?secret=JBSWY3DP&issuer=Automate",
    );
  });
});

describe("userPool", () => {
  const given = { auth: "cognito", region: "eu-central-1", stage: "dev", client_id: "client-1" };
  it("reads what the deployment wrote", () => {
    expect(userPool(given)).toEqual({ region: "eu-central-1", stage: "dev", clientId: "client-1", hosted: null });
  });
  it("reads the hosted sign-in page", () => {
    const sign_in = { domain: "acme.auth.eu-central-1.amazoncognito.com", client_id: "cli", providers: ["Okta", 7] };
    expect(userPool({ ...given, sign_in })?.hosted).toEqual({ domain: sign_in.domain, providers: ["Okta"] });
    expect(() => userPool({ ...given, sign_in: { domain: "evil/path" } })).toThrow(/no host/);
  });
  it("finds none where a cookie signs in", () => {
    expect(userPool({ auth: "cookie" })).toBeNull();
  });
  it.each([
    [{ ...given, client_id: undefined }, /client_id is missing/],
    [{ ...given, auth: "saml" }, /auth is "saml"/],
    [null, /no JSON object/],
  ])("names what is wrong with %j", (body, message) => {
    expect(() => userPool(body)).toThrow(message);
  });
});
