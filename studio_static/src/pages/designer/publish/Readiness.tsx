/** Whether a draft can be published: what is wrong with it, when its schedules come, and which of its cases pass. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import type { CaseResult, CasesRun, PublishPreview } from "../../../api/schema";
import { inLine } from "../../../ui/json";
import { MarkShape } from "../../../ui/StatusMark";

interface ReadinessProps {
  preview: PublishPreview;
  /** Failing cases were seen, and it is to be published all the same. */
  accepted: boolean;
  onAccept: (accepted: boolean) => void;
  onShowProblems: () => void;
}

const SHOWN = 5;

export function Readiness({ preview, accepted, onAccept, onShowProblems }: ReadinessProps) {
  const problems = preview.problems.filter(({ code }) => code !== "SECRET_NOT_GRANTED"); // Grants shows them
  const errors = problems.filter(({ severity }) => severity === "ERROR");
  if (errors.length > 0) {
    return (
      <>
        <Alert
          type="error"
          header={`${count(errors.length, "problem")} must be mended first`}
          action={<Button onClick={onShowProblems}>Show in the designer</Button>}
        >
          <Findings problems={errors} />
        </Alert>
        <Warnings problems={problems.filter(({ severity }) => severity !== "ERROR")} />
      </>
    );
  }
  return (
    <>
      <Warnings problems={problems} />
      <Schedules schedules={preview.schedules} />
      <Cases run={preview.cases} accepted={accepted} onAccept={onAccept} />
    </>
  );
}

/** What may be published and will surprise, such as a schedule that is over. */
function Warnings({ problems }: Pick<PublishPreview, "problems">) {
  if (problems.length === 0) return null;
  return (
    <Alert type="warning" header={count(problems.length, "warning")}>
      <Findings problems={problems} />
    </Alert>
  );
}

/** The next times of each schedule, as the clocks of its time zone show them. */
function Schedules({ schedules }: Pick<PublishPreview, "schedules">) {
  if (schedules.length === 0) return null;
  return (
    <ul className="pb-list">
      {schedules.map(({ location, expression, timezone, times }) => (
        <li key={location}>
          <code>{expression}</code>{" "}
          {times.length === 0
            ? "is over"
            : `in ${timezone} comes next at ${times.map(({ local }) => local.slice(0, 16).replace("T", " ")).join(", ")}`}
        </li>
      ))}
    </ul>
  );
}

function Findings({ problems }: Pick<PublishPreview, "problems">) {
  return (
    <ul className="pb-list">
      {problems.slice(0, SHOWN).map((each) => (
        <li key={`${each.code} ${each.location} ${each.message}`}>
          {each.message} <code>{each.location}</code>
        </li>
      ))}
      {problems.length > SHOWN && <li>{`and ${problems.length - SHOWN} more`}</li>}
    </ul>
  );
}

function Cases({ run, accepted, onAccept }: { run: CasesRun | null } & Pick<ReadinessProps, "accepted" | "onAccept">) {
  if (run === null || run.results.length === 0) {
    return (
      <p className="pb-cases dim">It has no cases. Save some in the tab Test or Rule tester: they are run here.</p>
    );
  }
  if (run.failed === 0) {
    const unanswered = run.results.filter((result) => result.unanswered !== null);
    return (
      <>
        <p className="pb-cases status status-ok">
          <MarkShape mark="check" />
          <span>{run.passed === 1 ? "Its one case passes" : `All ${run.passed} cases pass`}</span>
        </p>
        {unanswered.length > 0 && (
          <Alert type="warning" header="Calls had no stub, and the workflow caught that">
            <ul className="pb-list">
              {unanswered.map((result) => (
                <li key={result.name}>
                  <strong>{result.name}</strong>: {result.unanswered}
                </li>
              ))}
            </ul>
          </Alert>
        )}
      </>
    );
  }
  return (
    <Alert
      type="warning"
      header={`${run.failed} of ${count(run.results.length, "case")} ${run.failed === 1 ? "fails" : "fail"}`}
    >
      <ul className="pb-list">
        {run.results
          .filter(({ passed }) => !passed)
          .map((result) => (
            <li key={result.name}>
              <strong>{result.name}</strong>: {why(result)}
            </li>
          ))}
      </ul>
      <Checkbox checked={accepted} onChange={({ detail }) => onAccept(detail.checked)}>
        Publish all the same
      </Checkbox>
    </Alert>
  );
}

function why(result: CaseResult): string {
  const [first] = result.differences;
  if (first === undefined) return result.cause ?? result.status;
  const ended = result.error === null ? "" : ` It ended with ${result.error}.`;
  return `${first.what} was ${inLine(first.actual)}, expected ${inLine(first.expected)}.${ended}`;
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
