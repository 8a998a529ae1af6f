/** What each call comes to: a made-up answer, an error, or the real thing, which writes are only by being chosen. */
import { bareResource } from "../../../asl";
import { Field, Segments, TextInput } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { preview } from "../values/paths";
import type { Call } from "./plan";
import { type Answering, answeringOf, type Tests } from "./useTests";

interface CallsProps {
  calls: readonly Call[];
  answers: Tests["answers"];
  onChange: (answers: Tests["answers"]) => void;
}

export function Calls({ calls, answers, onChange }: CallsProps) {
  if (calls.length === 0) return null;
  return (
    <section className="tp-part" aria-label="Calls">
      <div className="heading">
        <h3>Calls</h3>
        <span className="dz-quiet">what reads is called, what writes is mocked</span>
      </div>
      <ul className="plain-list stack gap-8">
        {calls.map((call) => (
          <Row
            key={call.path}
            call={call}
            how={answeringOf(call, answers)}
            onChange={(how) => onChange(chosen(calls, answers, call, how))}
          />
        ))}
      </ul>
    </section>
  );
}

/** A real call is allowed by its resource's name: other calls of it that nobody decided on stay mocked. */
function chosen(calls: readonly Call[], answers: Tests["answers"], call: Call, how: Answering): Tests["answers"] {
  const next: Record<string, Answering> = { ...answers, [call.path]: how };
  if (how.kind === "real") {
    for (const other of calls) {
      if (other.resource === call.resource && !(other.path in next)) next[other.path] = answeringOf(other, answers);
    }
  }
  return next;
}

const KINDS: readonly { value: Answering["kind"]; label: string; title: string }[] = [
  { value: "output", label: "Mock", title: "Answer with a value" },
  { value: "error", label: "Error", title: "Answer with an error" },
  { value: "real", label: "Real", title: "Really call it" },
];

function Row({ call, how, onChange }: { call: Call; how: Answering; onChange: (how: Answering) => void }) {
  const change = (kind: Answering["kind"]) => {
    if (kind === "output") onChange({ kind, output: call.sample });
    else if (kind === "error") onChange({ kind, error: "States.TaskFailed", cause: "" });
    else onChange({ kind });
  };
  return (
    <li className="tp-call">
      <div className="row apart gap-8">
        <span className="tp-call-name grow may-narrow breaks">
          <strong>{call.name}</strong>
          <span className="dz-quiet">{`${bareResource(call.resource)} · ${call.reads ? "reads" : "writes"}`}</span>
        </span>
        <Segments label={`How ${call.name} is answered`} value={how.kind} options={KINDS} onChange={change} />
      </div>
      {how.kind === "real" && !call.reads && (
        <p className="tp-warn text-12 warn">
          This writes: running the test does it for real, with the secrets of this workspace.
        </p>
      )}
      {how.kind === "output" && (
        <details className="tp-fold">
          <summary>{`Answers ${preview(how.output)}`}</summary>
          <JsonInput
            label={`Answer of ${call.name}`}
            value={how.output}
            onChange={(output) => onChange({ kind: "output", output })}
          />
        </details>
      )}
      {how.kind === "error" && (
        <div className="tp-two">
          <Field label="Error">
            <TextInput mono value={how.error} onChange={(error) => onChange({ ...how, error })} />
          </Field>
          <Field label="Cause">
            <TextInput value={how.cause} onChange={(cause) => onChange({ ...how, cause })} />
          </Field>
        </div>
      )}
    </li>
  );
}
