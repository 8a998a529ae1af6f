/** Where a service's page leads back to: its answer is brought to the API once, and is out of the address before that. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useLayoutEffect, useState } from "react";
import { post } from "../../api/client";
import { type ApiError, asApiError } from "../../api/errors";
import type { Connection } from "../../api/schema";
import { notify } from "../../app/flash";
import { go } from "../../app/links";
import { usePage } from "../../app/page";
import { Allowed } from "../../ui/Allowed";
import { ErrorAlert } from "../../ui/Problem";

const MEMBERS = ["state", "code", "iss", "error", "error_description"];

/** What the address held. */
let given: URLSearchParams | null = null;
let brought: { name: string; answer: Promise<Connection> } | null = null;

/** Whoever opens it: an answer stays in no address. */
function take(): void {
  const found = new URLSearchParams(window.location.search);
  if (!found.has("state")) return;
  window.history.replaceState(null, "", window.location.pathname);
  given = found;
}

/** Null where the address held no answer. React may begin twice, and an answer counts once. */
function bring(): typeof brought {
  if (given === null) return brought;
  const answer = Object.fromEntries([...given].filter(([name]) => MEMBERS.includes(name)));
  const name = given.get("state")?.split(".").slice(1).join(".") ?? "";
  given = null;
  brought = { name, answer: post<Connection>("/connections/answers", answer) };
  return brought;
}

export default function ConnectedPage() {
  usePage({ title: "Connecting", crumbs: [{ text: "Connections", href: "/connections/" }, { text: "Connecting" }] });
  useLayoutEffect(take, []);
  return (
    <Allowed right="secrets" what="the connections" said="Nothing was connected: you may not connect services">
      <Connecting />
    </Allowed>
  );
}

function Connecting() {
  const [name, setName] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    const bringing = bring();
    if (bringing === null) {
      go("/connections/", { replace: true });
      return;
    }
    setName(bringing.name);
    bringing.answer
      .then(({ name }) => {
        notify({ type: "success", content: `${name} is connected, and works.` });
        go("/connections/", { replace: true });
      })
      .catch((thrown: unknown) => setError(asApiError(thrown)))
      .finally(() => {
        brought = null;
      });
  }, []);
  const wasAsked = error?.code === "ConnectionFailed"; // any other address may name what it likes
  return (
    <SpaceBetween size="l">
      <Header variant="h1">
        {error === null ? "Connecting" : wasAsked ? `Connecting ${name} failed` : "Not connected"}
      </Header>
      {error === null ? <Spinner /> : <ErrorAlert error={error} />}
      {error !== null && <Button onClick={() => go("/connections/", { replace: true })}>To the connections</Button>}
    </SpaceBetween>
  );
}
