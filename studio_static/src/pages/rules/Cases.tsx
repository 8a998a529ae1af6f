/** The cases of a Choice: which branch each takes with the rules as they are written now, and whether it is the one. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import type { RuleBranch } from "../../api/schema";
import { ErrorAlert } from "../../ui/Problem";
import { branchWord, expectedWord, passes, type RuleCase } from "./cases";
import type { Payload } from "./changes";
import { Leads } from "./Result";
import type { RuleSubject } from "./subject";
import { useBranches } from "./useRuleTest";
import { Verdict } from "./Verdict";

interface CasesProps {
  cases: readonly RuleCase[];
  subject: RuleSubject | null;
  /** The branch that the payload takes now: what a new case will expect. Null: it cannot be saved now. */
  now: RuleBranch | null;
  onLoad: (payload: Payload) => void;
  onSave: (expected: RuleBranch) => Promise<void>;
  onRemove: (name: string) => Promise<void>;
}

export function Cases({ cases, subject, now, onLoad, onSave, onRemove }: CasesProps) {
  const { branches, error } = useBranches(subject, cases);
  const [busy, setBusy] = useState(false);
  const passed = branches?.filter((branch, index) => holds(cases[index], branch)).length ?? 0;
  const save = async () => {
    if (now === null) return;
    setBusy(true);
    await onSave(now).finally(() => setBusy(false));
  };
  return (
    <section className="rt-panel" aria-label="Cases">
      <div className="heading">
        <h2>Cases</h2>
        {branches !== null && (
          <Verdict kind={passed === cases.length ? "yes" : "no"}>{`${passed} of ${cases.length} pass`}</Verdict>
        )}
        <span className="grow" />
        <Button disabled={now === null} loading={busy} onClick={() => void save()}>
          Save this payload as a case
        </Button>
      </div>
      <ErrorAlert error={error} />
      {cases.length === 0 ? (
        <p className="dim">
          None yet. A case is a payload and the branch it must take; publishing and <code>automate test</code> run it.
        </p>
      ) : (
        <ul className="plain-list rt-rows">
          {cases.map((each, index) => (
            <Row key={each.name} made={each} branch={branches?.[index]} onLoad={onLoad} onRemove={onRemove} />
          ))}
        </ul>
      )}
    </section>
  );
}

const holds = (made: RuleCase | undefined, branch: RuleBranch) => made !== undefined && passes(made, branch);

interface RowProps extends Pick<CasesProps, "onLoad" | "onRemove"> {
  made: RuleCase;
  branch: RuleBranch | undefined;
}

function Row({ made, branch, onLoad, onRemove }: RowProps) {
  const ok = branch !== undefined && passes(made, branch);
  return (
    <li>
      {branch === undefined ? (
        <Verdict kind="idle">…</Verdict>
      ) : (
        <Verdict kind={ok ? "yes" : "no"}>{ok ? "passes" : "fails"}</Verdict>
      )}
      <Button variant="inline-link" ariaLabel={`Load the case ${made.name}`} onClick={() => onLoad(made)}>
        {made.name}
      </Button>
      <Leads to={expectedWord(made)} />
      {branch !== undefined && !ok && <span className="rt-why soft breaks">{`goes to ${branchWord(branch)}`}</span>}
      <span className="grow" />
      <Button
        variant="inline-icon"
        iconName="remove"
        ariaLabel={`Remove the case ${made.name}`}
        onClick={() => void onRemove(made.name)}
      />
    </li>
  );
}
