/** How one signs in here: /studio/config.json says it. In a deployment on AWS a user pool signs in, else a cookie. */

/** A deployment's hosted sign-in page. */
export interface HostedPage {
  /** Its host. */
  domain: string;
  /** The names of the identity providers behind it. */
  providers: readonly string[];
}

export interface UserPool {
  region: string;
  stage: string;
  clientId: string;
  /** The deployment's hosted sign-in page, where it has one. */
  hosted: HostedPage | null;
}

declare global {
  interface Window {
    studioConfiguration?: Promise<Response> | undefined;
  }
}

/** Where a hosted sign-in page returns to; infra_cdk/studio_stack.py registers it. */
export const RETURN = "/studio/signed-in";

export const CONFIGURATION = "/studio/config.json";

/** The user pool of the deployment, or null where there is none. Throws an Error with words for people. */
export async function readConfiguration(): Promise<UserPool | null> {
  let response: Response;
  try {
    response = await asked();
  } catch {
    throw new Error("The server does not answer.");
  }
  // The local product without its cookie: its pages say themselves that one is signed out.
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status} for ${CONFIGURATION}.`);
  return userPool(await response.json().catch(() => null));
}

/** public/ahead.js has asked already; its answer can be read once. */
function asked(): Promise<Response> {
  const ahead = window.studioConfiguration;
  window.studioConfiguration = undefined;
  return (
    ahead ??
    fetch(CONFIGURATION, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" })
  );
}

/** What config.json says; null where a cookie signs in. Throws an Error that names the field. */
export function userPool(body: unknown): UserPool | null {
  if (typeof body !== "object" || body === null) throw new Error(`${CONFIGURATION} holds no JSON object.`);
  const given = body as Record<string, unknown>;
  if (given.auth === "cookie") return null;
  if (given.auth !== "cognito")
    throw new Error(`${CONFIGURATION}: auth is ${JSON.stringify(given.auth)}; cognito and cookie are known.`);
  return {
    region: text(given, "region"),
    stage: text(given, "stage"),
    clientId: text(given, "client_id"),
    hosted: hostedPage(given.sign_in),
  };
}

function hostedPage(given: unknown): HostedPage | null {
  if (typeof given !== "object" || given === null) return null;
  const { domain, providers } = given as Record<string, unknown>;
  if (typeof domain !== "string" || !/^[a-z0-9.-]+$/.test(domain))
    throw new Error(`${CONFIGURATION}: sign_in.domain is no host.`);
  const names = Array.isArray(providers) ? providers.filter((name) => typeof name === "string") : [];
  return { domain, providers: names };
}

function text(given: Record<string, unknown>, field: string): string {
  const value = given[field];
  if (typeof value !== "string" || value === "") throw new Error(`${CONFIGURATION}: ${field} is missing.`);
  return value;
}
