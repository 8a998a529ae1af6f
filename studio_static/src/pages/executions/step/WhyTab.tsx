/** Why a step went as it did, with the values of then: its rules, the expression that failed, its attempts' timetable. */
import "../../rules/rules.css";
import { path } from "../../../api/client";
import type { Execution, FailedExpression, Step, StepExplanation, Timetable } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { Loaded } from "../../../ui/Loaded";
import { StatusMark } from "../../../ui/StatusMark";
import { Time } from "../../../ui/Time";
import { formatDuration } from "../../../ui/time";
import { Result } from "../../rules/Result";
import { RuleTree } from "../../rules/RuleTree";
import { Fact } from "../Fact";

interface WhyTabProps {
  execution: Execution;
  step: Step;
  /** A Choice's Default. */
  otherwise: string | null;
}

export default function WhyTab({ execution, step, otherwise }: WhyTabProps) {
  // Another event makes it another question: what is shown is of the step as it stands.
  const query = `step=${encodeURIComponent(step.id)}`;
  const found = useApi<StepExplanation>(`${path("/executions/{}/explanation", execution.id)}?${query}`, {
    poll: step.exited_at === null ? 3000 : null,
  });
  return (
    <Loaded from={found} what="the explanation">
      {({ choice, agrees, expression, retry, sentence }) => (
        <div className="ex-parts">
          {!choice && !expression && sentence !== retry?.coming && <p>{sentence}</p>}
          {choice && <Result report={choice} stale={false} otherwise={otherwise} />}
          {choice && agrees === false && (
            <p className="warn">
              The run went another way: its rules read what is not kept, as random values. What is shown is how they go
              with the values that are.
            </p>
          )}
          {expression && <Failed expression={expression} />}
          {retry && <Attempts table={retry} />}
        </div>
      )}
    </Loaded>
  );
}

function Failed({ expression }: { expression: FailedExpression }) {
  return (
    <section className="ex-part">
      <h3>The expression that failed</h3>
      <dl className="ex-details">
        <Fact name="Field">
          <code className="breaks">{expression.field}</code>
        </Fact>
        <Fact name="Part at fault">
          <code className="breaks">{expression.part}</code>
        </Fact>
        {expression.known !== null && (
          <Fact name="Its values">
            <code className="breaks">{expression.known}</code>
          </Fact>
        )}
      </dl>
      <RuleTree node={expression.tree} label="The expression: its parts and their values" />
    </section>
  );
}

function Attempts({ table }: { table: Timetable }) {
  return (
    <section className="ex-part stack gap-8">
      <h3>Attempts and retries</h3>
      <p>
        {table.coming}
        {table.next_at !== null && (
          <>
            {" It is due at "}
            <Time at={table.next_at} format="clock-ms" />.
          </>
        )}
      </p>
      <div className="scrolls">
        <table className="ex-table">
          <caption className="visually-hidden">Attempts and what took each failure</caption>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Error</th>
              <th scope="col">Taken by</th>
              <th scope="col">Waited</th>
            </tr>
          </thead>
          <tbody>
            {table.tried.map((tried) => (
              <tr key={tried.number}>
                <td className="one-line">
                  {`${tried.number} `}
                  <StatusMark status={tried.status} />
                </td>
                <td className="breaks">{tried.error}</td>
                <td>{tried.use !== null && `Retrier ${(tried.rule ?? 0) + 1}, its attempt ${tried.use}`}</td>
                <td>{waitWords(tried)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="plain-list">
        {table.rules.map((rule, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: Retriers have no name but their place
          <li key={at}>
            {`Retrier ${at + 1} (${rule.errors.join(", ")}): ${rule.used} of ${rule.max_attempts} used`}
            {rule.left.length > 0 &&
              `; it would wait ${rule.left.map(formatDuration).join(", ")}${rule.jitter ? " at the most" : ""}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function waitWords({ waited, delay }: Timetable["tried"][number]): string {
  if (waited !== null) return formatDuration(waited);
  return delay === null ? "" : `${formatDuration(delay)} planned`;
}
