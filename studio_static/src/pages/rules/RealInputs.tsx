/** "Try with the last 20 real inputs": the branch that each takes with the rules as they are written now. */
import Button from "@cloudscape-design/components/button";
import type { PastInput, PastInputs, RuleBranch } from "../../api/schema";
import type { Fetched } from "../../api/useApi";
import { executionHref } from "../../app/links";
import { tooLarge } from "../../ui/json";
import { NavLink } from "../../ui/NavLink";
import { ErrorAlert } from "../../ui/Problem";
import { Time } from "../../ui/Time";
import { branchWord } from "./cases";
import { type Payload, payloadOf } from "./changes";
import { Leads } from "./Result";
import type { RuleSubject } from "./subject";
import { useBranches } from "./useRuleTest";
import { Verdict } from "./Verdict";

interface RealInputsProps {
  from: Fetched<PastInputs>;
  subject: RuleSubject | null;
  shown: boolean;
  onShow: () => void;
  onLoad: (payload: Payload) => void;
}

export function RealInputs({ from, subject, shown, onShow, onLoad }: RealInputsProps) {
  const inputs = (from.data?.inputs ?? []).filter(({ input }) => tooLarge(input) === null);
  const { branches, error } = useBranches(shown ? subject : null, inputs.map(payloadOf));
  return (
    <section className="rt-panel" aria-label="Real inputs">
      <div className="heading">
        <h2>Real inputs</h2>
        <span className="grow" />
        <Button
          disabled={inputs.length === 0}
          loading={shown && branches === null && error === null && subject !== null && inputs.length > 0}
          onClick={() => {
            onShow();
            if (shown) void from.reload();
          }}
        >
          Try with the last 20 real inputs
        </Button>
      </div>
      <ErrorAlert error={error} />
      {inputs.length === 0 && (
        <p className="dim">
          {from.error?.message ??
            "No execution has been through this Choice yet. Once some have, their inputs are here."}
        </p>
      )}
      {inputs.length > 0 && !shown && (
        <p className="dim">{`${inputs.length} executions have been through this Choice lately.`}</p>
      )}
      {shown && branches !== null && <Branches inputs={inputs} branches={branches} onLoad={onLoad} />}
    </section>
  );
}

interface BranchesProps {
  inputs: readonly PastInput[];
  branches: readonly RuleBranch[];
  onLoad: (payload: Payload) => void;
}

function Branches({ inputs, branches, onLoad }: BranchesProps) {
  const counts = new Map<string, number>();
  for (const branch of branches) counts.set(branchWord(branch), (counts.get(branchWord(branch)) ?? 0) + 1);
  return (
    <>
      <p className="flex wraps gap-6">
        {[...counts].map(([word, count]) => (
          <span key={word} className="tag">
            <strong className="tabular">{count}</strong> {word}
          </span>
        ))}
      </p>
      <ul className="plain-list rt-rows">
        {inputs.map((each, index) => {
          const branch = branches[index];
          if (branch === undefined) return null;
          return (
            <li key={each.execution}>
              <Verdict kind={branch.error !== null ? "error" : branch.otherwise ? "idle" : "yes"}>
                {branch.error !== null ? "fails" : branch.otherwise ? "otherwise" : `rule ${(branch.rule ?? 0) + 1}`}
              </Verdict>
              <Leads to={branchWord(branch)} />
              <span className="grow" />
              <Time at={each.at} format="table" />
              <NavLink to={executionHref(each.execution)}>{shortId(each.execution)}</NavLink>
              <Button
                variant="inline-link"
                ariaLabel={`Use it: the input of ${each.execution}`}
                onClick={() => onLoad(payloadOf(each))}
              >
                Use it
              </Button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** The execution's own name, a UUID to its first part. */
function shortId(id: string): string {
  const name = id.slice(id.indexOf(":") + 1);
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name) ? name.slice(0, 8) : name;
}
