/** Where a step that waits for an answer from outside gets it. */
import { path } from "../../../api/client";
import type { Step, WaitingTasks } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { approvalHref, href } from "../../../app/links";
import { NavLink } from "../../../ui/NavLink";
import { answeredBy } from "../words";

export function Answering({ execution, step }: { execution: string; step: Step }) {
  const how = answeredBy(step);
  const isAsking = how === "people";
  const { data } = useApi<WaitingTasks>(isAsking ? path("/executions/{}/waiting", execution) : null);
  if (how === "token") {
    return (
      <p className="ex-answer dim breaks">
        Whoever was sent its task token answers: <code>automate task success TOKEN --output JSON</code>. Where the data
        folder lies, <code>{`automate show ${execution}`}</code> prints the token.
      </p>
    );
  }
  if (!isAsking) return null;
  const asked = data?.waiting.filter((task) => task.state === step.name && task.approval !== null) ?? [];
  const only = asked.length === 1 ? (asked[0]?.approval ?? null) : null;
  // Of several, in a Map, none says which step it is of: all are listed.
  return <NavLink to={only === null ? href("/approvals/") : approvalHref(only)}>Answer it</NavLink>;
}
