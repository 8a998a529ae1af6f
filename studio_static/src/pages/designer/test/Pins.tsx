/**
 * Outputs that stand in for steps: kept in the draft, shown on the cards, counted here. A pin is chosen from what the
 * step gave in past runs or in this test, or typed.
 */

import { useState } from "react";
import { type Json, nameOf, pinsOf, statePath } from "../../../asl";
import { tooLarge } from "../../../ui/json";
import { Pick, TextButton } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import type { Slot } from "../slots";
import { preview } from "../values/paths";
import { pastInputs, runTitle } from "../values/sample";
import { canPin, withPin } from "./plan";
import { type Run, valuesOf } from "./useTests";

interface PinsProps extends Slot {
  run: Run | null;
}

export function Pins(props: PinsProps) {
  const { document, definition, selected, apply } = props;
  const pins = Object.entries(pinsOf(document));
  const at = selected === null ? null : statePath(selected);
  const isFree = selected !== null && at !== null && canPin(definition, selected) && !pins.some(([key]) => key === at);
  if (pins.length === 0 && !isFree) return null;
  const pin = (key: string, output: Json | undefined) =>
    apply((old) => withPin(old, key, output), output === undefined ? `Unpin ${key}` : `Pin ${key}`);
  return (
    <section className="tp-part" aria-label="Pins">
      <div className="heading">
        <h3>Pins</h3>
        <span className="dz-quiet">a pinned step does not run: it has this output</span>
      </div>
      {pins.length > 0 && (
        <ul className="plain-list stack gap-8">
          {pins.map(([key, output]) => (
            <li key={key} className="tp-call">
              <div className="row apart gap-8">
                <strong className="tp-call-name grow may-narrow breaks">{key}</strong>
                <TextButton label={`Unpin ${key}`} onClick={() => pin(key, undefined)}>
                  Unpin
                </TextButton>
              </div>
              <details className="tp-fold">
                <summary>{`Gives ${preview(output)}`}</summary>
                <JsonInput label={`Pinned output of ${key}`} value={output} onChange={(next) => pin(key, next)} />
              </details>
            </li>
          ))}
        </ul>
      )}
      {isFree && <NewPin key={at} {...props} at={at} onPin={(output) => pin(at, output)} />}
    </section>
  );
}

interface Source {
  readonly title: string;
  readonly output: Json;
}

function NewPin({ workflow, selected, run, at, onPin }: PinsProps & { at: string; onPin: (output: Json) => void }) {
  const [sources, setSources] = useState<readonly Source[] | null>(null);
  const name = selected === null ? at : nameOf(selected);
  const look = async () => setSources([...here(run, at), ...(await past(workflow, name)), TYPED]);
  if (sources === null) {
    return (
      <TextButton label={`Pin the output of ${name}`} onClick={() => void look()}>
        {`Pin the output of ${name} …`}
      </TextButton>
    );
  }
  return (
    <Pick
      label={`Output to pin at ${name}`}
      value=""
      empty={`What ${name} gives …`}
      options={sources.map(({ title, output }, index) => ({
        value: String(index),
        label: output === null ? title : `${title}: ${preview(output)}`,
      }))}
      onChange={(index) => onPin(sources[Number(index)]?.output ?? {})}
    />
  );
}

const TYPED: Source = { title: "A value to type", output: {} };

function here(run: Run | null, at: string): Source[] {
  const step = run?.answer.steps.filter((each) => each.path === at && each.exited_at !== null).at(-1);
  const output = step === undefined || run === null ? undefined : valuesOf(run.answer, step.id).output;
  return output === undefined ? [] : [{ title: "This test", output }];
}

async function past(workflow: string, state: string): Promise<Source[]> {
  return (await pastInputs(workflow, state))
    .filter((each) => each.status === "SUCCEEDED" && tooLarge(each.output) === null)
    .map((each) => ({ title: runTitle(each), output: each.output }));
}
