/** What the engine decided: who won, each rule with its tree and why it did not hold, and what would flip it. */
import Button from "@cloudscape-design/components/button";
import type { RuleFlip, RuleReport, RuleResult } from "../../api/schema";
import { RuleTree } from "./RuleTree";
import { TONES, Verdict, type VerdictKind } from "./Verdict";

interface ResultProps {
  report: RuleReport;
  /** What is written was changed since: the answer comes in a moment. */
  stale: boolean;
  /** A Choice's Default; null for a bare condition, and where there is none. */
  otherwise: string | null;
  /** Absent where nothing can be tried: of a run. */
  onTry?: (flip: RuleFlip) => void;
}

export function Result({ report, stale, otherwise, onTry }: ResultProps) {
  const isBare = report.rules.length === 1 && report.rules[0]?.next === null;
  return (
    <div className={stale ? "stack gap-12 rt-stale" : "stack gap-12"} aria-busy={stale}>
      <Outcome report={report} isBare={isBare} />
      {report.rules.map((rule) => (
        <Rule key={rule.index} rule={rule} isWinner={report.outcome.rule === rule.index} isBare={isBare} />
      ))}
      {otherwise !== null && (
        <div className="rt-rule">
          <div className="heading">
            <strong>Otherwise</strong>
            <Leads to={otherwise} />
            <span className="grow" />
            {report.outcome.otherwise ? (
              <Verdict kind="yes">taken</Verdict>
            ) : (
              <Verdict kind="idle">{report.outcome.error === null ? "not needed" : "not reached"}</Verdict>
            )}
          </div>
        </div>
      )}
      <Flips report={report} stale={stale} onTry={onTry} />
    </div>
  );
}

function Outcome({ report, isBare }: { report: RuleReport; isBare: boolean }) {
  const { outcome } = report;
  const kind: VerdictKind = outcome.error !== null ? "error" : outcome.otherwise ? (isBare ? "no" : "idle") : "yes";
  return (
    <div className={`rt-outcome tone-${TONES[kind]}`} role="status">
      <div className="heading">
        <Verdict kind={kind}>{outcomeWord(report, isBare)}</Verdict>
        {outcome.next !== null && <Leads to={outcome.next} />}
      </div>
      <p>{isBare ? reasonOf(report.sentence) : report.sentence}</p>
    </div>
  );
}

/** The sentence without its first words, which stand above it. */
function reasonOf(sentence: string): string {
  const reason = sentence.replace(/^It (?:does not hold|holds): /, "");
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function outcomeWord({ outcome }: RuleReport, isBare: boolean): string {
  if (outcome.error !== null) return outcome.error.error;
  if (isBare) return outcome.otherwise ? "It does not hold" : "It holds";
  return outcome.rule === null ? "No rule holds" : `Rule ${outcome.rule + 1} wins`;
}

export function Leads({ to }: { to: string }) {
  return (
    <span className="rt-leads size-13 breaks framed">
      <span aria-hidden="true">→ </span>
      <span className="visually-hidden">leads to </span>
      {to}
    </span>
  );
}

function Rule({ rule, isWinner, isBare }: { rule: RuleResult; isWinner: boolean; isBare: boolean }) {
  const title = isBare ? "The parts and their values" : `Rule ${rule.index + 1}`;
  return (
    <section
      className={rule.reached ? "rt-rule" : "rt-rule rt-rule-unreached"}
      aria-label={isBare ? "The condition" : title}
    >
      <div className="heading">
        <strong>{title}</strong>
        {rule.next !== null && <Leads to={rule.next} />}
        <span className="grow" />
        {!isBare && <RuleVerdict rule={rule} isWinner={isWinner} />}
      </div>
      <RuleTree node={rule.tree} label={`${title}: its parts and their values`} />
      {!isBare && rule.why_not !== null && rule.reached && (
        <p className="rt-why soft breaks">
          Why not: <span>{rule.why_not}</span>.
        </p>
      )}
    </section>
  );
}

function RuleVerdict({ rule, isWinner }: { rule: RuleResult; isWinner: boolean }) {
  if (isWinner) return <Verdict kind="yes">wins</Verdict>;
  if (!rule.reached) {
    return <Verdict kind="idle">{rule.result === true ? "would hold, not reached" : "not reached"}</Verdict>;
  }
  if (rule.result === "error") return <Verdict kind="error">error</Verdict>;
  return rule.result ? <Verdict kind="yes">holds</Verdict> : <Verdict kind="no">does not hold</Verdict>;
}

function Flips({ report, stale, onTry }: Pick<ResultProps, "report" | "stale" | "onTry">) {
  if (report.flips.length === 0 && report.not_found.length === 0) return null;
  return (
    <section className="rt-flips" aria-label="The smallest change that flips it">
      <h3>The smallest change that flips it</h3>
      <ul className="plain-list">
        {report.flips.map((flip) => (
          <li key={`${flip.rule}-${flip.leads_to}`}>
            <span>{`${flip.sentence}.`}</span>
            {onTry && (
              <Button
                variant="inline-link"
                disabled={stale}
                ariaLabel={`Try it: ${flip.leads_to}`}
                onClick={() => onTry(flip)}
              >
                Try it
              </Button>
            )}
          </li>
        ))}
        {report.not_found.length > 0 && (
          <li className="dim">{`No small change was found that leads to ${report.not_found.join(", ")}.`}</li>
        )}
      </ul>
    </section>
  );
}
