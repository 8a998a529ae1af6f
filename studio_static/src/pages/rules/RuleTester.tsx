/**
 * The Rule Tester: rules and a payload at the left, what the engine made of them at the right, below them the cases and
 * the real inputs. It is drawn by its page and by the designer's tab; a new `key` begins anew.
 */
import "./rules.css";
import Button from "@cloudscape-design/components/button";
import { type ReactNode, useId, useState } from "react";
import { path, withQuery } from "../../api/client";
import type { PastInputs, RuleBranch, RuleFlip } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { isObject, type Json, type JsonObject } from "../../asl";
import { Code } from "../../ui/Code";
import { tooLarge } from "../../ui/json";
import { ErrorAlert } from "../../ui/Problem";
import { Cases } from "./Cases";
import { branchWord, freeCaseName, type RuleCase, ruleCasesOf, withoutCase, withRuleCase } from "./cases";
import { type Payload, payloadOf, withChanges } from "./changes";
import { RealInputs } from "./RealInputs";
import { Result } from "./Result";
import { defaultOf, type FoundChoice, OWN_PAYLOAD, type Subject, subjectOf } from "./subject";
import { readAll, useRuleTest } from "./useRuleTest";

/** The Choice of a workflow that is tested, and the document in which its cases stand. */
export interface ChoiceOfWorkflow {
  readonly workflow: string;
  readonly choice: FoundChoice;
  readonly document: JsonObject;
  /** Change the draft. Rejects where it cannot be saved. */
  readonly change: (edit: (document: JsonObject) => JsonObject, label: string) => Promise<void>;
  /** Put edited rules into the draft; absent: they are tried only. */
  readonly keep?: (state: JsonObject) => void;
}

interface RuleTesterProps {
  /** Null: a condition of one's own. */
  of: ChoiceOfWorkflow | null;
  /** What is tested at first where it is no workflow's Choice. */
  own: Subject;
  /** What chooses the subject, over the rules' editor. */
  chooser: ReactNode;
}

const written = (value: Json): string => JSON.stringify(value, null, 2);

export function RuleTester({ of, own, chooser }: RuleTesterProps) {
  const first = of === null ? own : subjectOf(of.choice);
  const [text, setText] = useState(first.text);
  const past = useApi<PastInputs>(of === null ? null : inputsOf(of));
  const cases = of === null ? [] : ruleCasesOf(of.document, of.choice.name);
  const payload = useTexts(of === null ? null : firstPayload(cases, past.data), of !== null);
  const [showsReal, setShowsReal] = useState(false);
  const subject: Subject = { ...first, text };
  const read = readAll(subject, payload.input, payload.variables);
  const { report, error, current } = useRuleTest(read.subject, read.payload);
  const isEdited = text !== first.text;
  const now: RuleBranch | null = report && current ? { ...report.outcome, execution: null } : null;
  const tryFlip = (flip: RuleFlip) => read.payload && payload.set(withChanges(read.payload, flip.changes));
  return (
    <div className="rt dense gap-16">
      <div className="rt-main">
        <div className="stack may-narrow gap-16">
          <section className="rt-panel" aria-label="Rules">
            {chooser}
            <Text
              label={labelOf(subject)}
              value={text}
              onChange={setText}
              language={subject.kind === "condition" ? "jsonata" : "json"}
              fault={read.faults.subject}
              maxHeight="300px"
            />
            {isEdited && of !== null && (
              <div className="rt-edited flex wraps soft">
                <span>These rules are tried here only.</span>
                <Button variant="inline-link" onClick={() => setText(first.text)}>
                  Back to the draft's
                </Button>
                {of.keep && read.subject?.state && (
                  <Button variant="inline-link" onClick={() => keepRules(of, read.subject?.state)}>
                    Put them into the draft
                  </Button>
                )}
              </div>
            )}
          </section>
          <section className="rt-panel" aria-label="Payload">
            <h2>Payload</h2>
            <Text
              label="Input of the state"
              value={payload.input}
              onChange={payload.setInput}
              fault={read.faults.input}
              maxHeight="360px"
            />
            <Variables value={payload.variables} onChange={payload.setVariables} fault={read.faults.variables} />
          </section>
        </div>
        <div className="stack may-narrow gap-16">
          <section className="rt-panel" aria-label="Result">
            <ErrorAlert error={error} header="This cannot be tested yet" />
            {report !== null && (
              <Result report={report} stale={!current} otherwise={defaultOf(subject)} onTry={tryFlip} />
            )}
            {report === null && error === null && <p className="dim">Testing …</p>}
          </section>
          {of !== null && (
            <>
              <Cases
                cases={cases}
                subject={read.subject}
                now={now}
                onLoad={payload.set}
                onSave={(branch) => saveCase(of, branch, read.payload)}
                onRemove={(name) => of.change((document) => withoutCase(document, name), `Remove the case ${name}`)}
              />
              <RealInputs
                from={past}
                subject={read.subject}
                shown={showsReal}
                onShow={() => setShowsReal(true)}
                onLoad={payload.set}
              />
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function labelOf({ kind, language }: Subject): string {
  if (kind === "state") return `The Choice state (${language})`;
  return kind === "rule" ? "The rule (JSONPath)" : "The condition (JSONata)";
}

const inputsOf = ({ workflow, choice }: ChoiceOfWorkflow): string =>
  withQuery(path("/workflows/{}/inputs", workflow), { state: choice.name, limit: 20 });

/** A case's payload, or else the latest real one; undefined while it is not known. */
function firstPayload(cases: readonly RuleCase[], past: PastInputs | null): Payload | undefined {
  const [made] = cases;
  if (made !== undefined) return made;
  const real = past?.inputs.find(({ input }) => tooLarge(input) === null);
  return real && payloadOf(real);
}

interface Texts {
  readonly input: string;
  readonly variables: string;
  readonly setInput: (text: string) => void;
  readonly setVariables: (text: string) => void;
  readonly set: (payload: Payload) => void;
}

/** The payload's two texts: what was typed, and before that `first`. */
function useTexts(first: Payload | null | undefined, ofWorkflow: boolean): Texts {
  const [typed, setTyped] = useState<{ input: string; variables: string } | null>(null);
  const given = first
    ? { input: written(first.input), variables: Object.keys(first.variables).length ? written(first.variables) : "" }
    : { input: ofWorkflow ? "{}" : OWN_PAYLOAD, variables: "" };
  const shown = typed ?? given;
  return {
    ...shown,
    setInput: (input) => setTyped({ ...shown, input }),
    setVariables: (variables) => setTyped({ ...shown, variables }),
    set: ({ input, variables }) =>
      setTyped({ input: written(input), variables: Object.keys(variables).length ? written(variables) : "" }),
  };
}

function keepRules(of: ChoiceOfWorkflow, state: JsonObject | undefined): void {
  if (state !== undefined && isObject(state)) of.keep?.(state);
}

async function saveCase(of: ChoiceOfWorkflow, branch: RuleBranch, payload: Payload | null): Promise<void> {
  if (payload === null) return;
  const error = branch.error?.error ?? null;
  const leadsTo = branchWord(branch);
  await of.change(
    (document) =>
      withRuleCase(document, {
        name: freeCaseName(document, leadsTo),
        state: of.choice.name,
        ...payload,
        next: branch.next,
        error,
      }),
    `Save a case of ${of.choice.name}`,
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  fault: string | null;
  language?: "json" | "jsonata";
  maxHeight: string;
}

function Text({ fault, language = "json", ...rest }: TextProps) {
  const id = useId();
  return (
    <div>
      <Code {...rest} language={language} minHeight="96px" describedBy={id} />
      <p id={id} className="rt-text-fault text-12 bad" role="alert">
        {fault}
      </p>
    </div>
  );
}

function Variables({ value, onChange, fault }: Pick<TextProps, "value" | "onChange" | "fault">) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen || value !== "";
  return shown ? (
    <div>
      <h3>Variables</h3>
      <Text label="Variables" value={value} onChange={onChange} fault={fault} maxHeight="220px" />
    </div>
  ) : (
    <Button iconName="add-plus" variant="inline-link" onClick={() => setOpen(true)}>
      Variables
    </Button>
  );
}
