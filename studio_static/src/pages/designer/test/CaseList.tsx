/** The workflow's cases, run with their recorded answers: which pass, and what came out otherwise. */

import { post } from "../../../api/client";
import type { CaseResult, CasesRun } from "../../../api/schema";
import { ActButton } from "../../../ui/ActButton";
import { inLine } from "../../../ui/json";
import { ErrorWords } from "../../../ui/Problem";
import { MarkShape } from "../../../ui/StatusMark";
import { useAct } from "../../../ui/useAct";
import { TextButton } from "../forms/controls";
import type { Slot } from "../slots";
import { casesOf, type WholeCase, withoutCase } from "./cases";
import { setTests, type Tests } from "./useTests";

interface CaseListProps extends Slot {
  known: Tests["cases"];
  onLoad: (made: WholeCase) => void;
}

export function CaseList(props: CaseListProps) {
  const { workflow, document, known } = props;
  const cases = casesOf(document);
  const { run, busy, error } = useAct(async () =>
    setTests(workflow, { cases: { result: await post<CasesRun>("/cases/run", { document }), document } }),
  );
  const results = new Map(known?.result.results.map((each) => [each.name, each]));
  return (
    <section className="tp-part" aria-label="Cases">
      <div className="heading">
        <h3>Cases</h3>
        {known !== null && <Tally result={known.result} />}
        <span className="grow" />
        <ActButton right="edit" disabled={cases.length === 0} loading={busy} onClick={() => void run()}>
          Run all cases
        </ActButton>
      </div>
      {known !== null &&
        (known.document.definition !== document.definition || known.document.cases !== document.cases) && (
          <p className="dz-quiet">The draft was edited since they ran.</p>
        )}
      {error !== null && (
        <div className="tp-alert" role="alert">
          <ErrorWords error={error} />
        </div>
      )}
      {cases.length === 0 ? (
        <p className="dz-quiet">
          None yet. Run everything and save it as a case: publishing shows which fail, and <code>automate test</code>{" "}
          runs them in CI.
        </p>
      ) : (
        <ul className="plain-list stack gap-8">
          {cases.map((each) => (
            <Row key={each.name} {...props} made={each} result={results.get(each.name)} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** A mark for each case, in their order, and how many pass. */
function Tally({ result }: { result: CasesRun }) {
  const all = result.passed + result.failed;
  return (
    <span className={result.failed === 0 ? "tp-tally ok" : "tp-tally bad breaks"}>
      {result.results.slice(0, 30).map((each) => (
        <MarkShape key={each.name} mark={each.passed ? "check" : "cross"} size={12} />
      ))}
      <span>{`${result.passed} of ${all} pass`}</span>
    </span>
  );
}

function Row({
  made,
  result,
  apply,
  show,
  onLoad,
}: CaseListProps & { made: WholeCase; result: CaseResult | undefined }) {
  return (
    <li className="tp-call">
      <div className="row apart gap-8">
        <Outcome result={result} />
        <span className="tp-call-name grow may-narrow breaks">
          {made.choice === null ? (
            <TextButton label={`Load the case ${made.name}`} onClick={() => onLoad(made)}>
              {made.name}
            </TextButton>
          ) : (
            <TextButton
              label={`${made.name} · rules of ${made.choice}: show it in the Rule Tester`}
              onClick={() => show("rules")}
            >
              {`${made.name} · rules of ${made.choice}`}
            </TextButton>
          )}
        </span>
        <TextButton
          label={`Remove the case ${made.name}`}
          onClick={() => apply((old) => withoutCase(old, made.name), `Remove the case ${made.name}`)}
        >
          ✕
        </TextButton>
      </div>
      {result !== undefined && (!result.passed || result.unanswered !== null) && (
        <ul className="plain-list tp-differences text-12">
          {result.differences.map((each) => (
            <li key={each.what}>
              {`${each.what}: expected `}
              <code>{inLine(each.expected)}</code>
              {", was "}
              <code>{inLine(each.actual)}</code>
            </li>
          ))}
          {!result.passed && result.error !== null && <li>{`It ended with ${result.error}. ${result.cause ?? ""}`}</li>}
          {result.unanswered !== null && (
            <li className={result.passed ? "warn" : undefined}>
              {`${result.unanswered} The workflow caught that.`}
              {result.passed && " Give the case a stub for it, unless that is what it tries."}
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Outcome({ result }: { result: CaseResult | undefined }) {
  if (result === undefined) return <span className="dz-quiet tp-outcome">not run</span>;
  return (
    <span className={result.passed ? "tp-outcome ok" : "tp-outcome bad breaks"}>
      <MarkShape mark={result.passed ? "check" : "cross"} size={14} />
      {result.passed ? "passes" : "fails"}
    </span>
  );
}
