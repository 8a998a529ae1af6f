/** The condition under which a trigger starts the workflow, and what it makes of a payload: asked of the engine. */
import { useState } from "react";
import { isObject, type Json, own } from "../../../../asl";
import type { RuleSubject } from "../../../rules/subject";
import { useRuleTest } from "../../../rules/useRuleTest";
import { Field, Segments, TextInput } from "../../forms/controls";
import { JsonInput } from "../../forms/JsonInput";
import { textOf } from "../../inspector/useState";
import { type WhenKind, whenKind, withoutBraces } from "./model";
import type { TriggerPart } from "./part";

const KINDS: readonly { value: WhenKind; label: string; title: string }[] = [
  { value: "always", label: "Whatever arrives", title: "Each arrival starts the workflow" },
  { value: "jsonata", label: "JSONata", title: "Only if a condition holds" },
  { value: "rule", label: "Rule", title: "Only if a rule of a Choice state holds" },
];

const FIRST: Readonly<Record<WhenKind, Json | undefined>> = {
  always: undefined,
  jsonata: "{% $states.input.total > 100 %}",
  rule: { Variable: "$.total", NumericGreaterThan: 100 },
};

export function When({ trigger, set, faults, number }: TriggerPart & { number: number }) {
  const when = own(trigger, "when");
  const kind = whenKind(when);
  const { error } = faults("when");
  const how = (
    <Segments
      label="Starts the workflow on"
      value={kind}
      options={KINDS}
      onChange={(next) => set("when", FIRST[next])}
    />
  );
  if (kind === "always") {
    return (
      <div className="dz-row">
        <span className="dz-quiet">Starts the workflow on</span>
        {how}
      </div>
    );
  }
  return (
    <>
      <Field
        label="Only if"
        error={error}
        hint={
          kind === "jsonata" ? "It sees what arrived as $states.input, and how as $states.context.Trigger." : undefined
        }
        aside={how}
      >
        {kind === "jsonata" ? (
          <TextInput
            mono
            lines={2}
            value={withoutBraces(textOf(when))}
            onChange={(text) => set("when", `{% ${text} %}`)}
          />
        ) : (
          <JsonInput
            label={`Rule of trigger ${number}`}
            value={when ?? {}}
            onChange={(next) => isObject(next) && set("when", next)}
          />
        )}
      </Field>
      <Tried when={when ?? null} number={number} />
    </>
  );
}

/** What the engine makes of the condition for a payload; nothing runs. */
function Tried({ when, number }: { when: Json; number: number }) {
  const [payload, setPayload] = useState<Json>({});
  const [isOpen, setOpen] = useState(false);
  const subject = isOpen ? subjectOf(when) : null;
  const { report, error } = useRuleTest(subject, { input: payload, variables: {} });
  return (
    <details className="dz-part" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="firm size-13 medium">Try the condition</span>
      </summary>
      <div className="dz-part-body stack gap-8">
        <JsonInput label={`What trigger ${number} is tried with`} value={payload} onChange={setPayload} />
        <p className="dz-quiet" role="status">
          {error?.message ?? report?.sentence ?? ""}
        </p>
      </div>
    </details>
  );
}

function subjectOf(when: Json): RuleSubject | null {
  if (isObject(when)) return { query_language: "JSONPath", rule: when };
  const condition = withoutBraces(textOf(when)).trim();
  return condition === "" ? null : { query_language: "JSONata", condition };
}
