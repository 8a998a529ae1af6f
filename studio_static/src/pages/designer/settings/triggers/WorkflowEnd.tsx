/** Whose end starts the workflow, with which status and which error. */
import { type Json, own } from "../../../../asl";
import { statusLook } from "../../../../ui/status";
import { Check, Field, TextInput } from "../../forms/controls";
import { textOf } from "../../inspector/useState";
import type { TriggerPart } from "./part";

const STATUSES = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

export function WorkflowEnd({ trigger, set, faults }: TriggerPart) {
  const statuses = textsOf(own(trigger, "statuses"));
  const setList = (field: string, next: string[]): void => set(field, next.length === 0 ? undefined : next);
  return (
    <>
      <Field
        label="Whose end"
        error={faults("workflow").error}
        hint="The name of another workflow; * is every other one."
      >
        <TextInput mono value={textOf(own(trigger, "workflow"))} onChange={(value) => set("workflow", value)} />
      </Field>
      <fieldset className="dz-row dz-bare">
        <legend className="size-12 dim">Ended as; none chosen is any</legend>
        {STATUSES.map((status) => (
          <Check
            key={status}
            checked={statuses.includes(status)}
            onChange={(on) =>
              setList(
                "statuses",
                STATUSES.filter((each) => (each === status ? on : statuses.includes(each))),
              )
            }
          >
            {statusLook(status).word}
          </Check>
        ))}
      </fieldset>
      <Field
        label="With one of these errors"
        error={faults("errors").error ?? faults("statuses").error}
        hint="One a line, such as States.Timeout or Payment*. Empty: with any, or none."
      >
        <TextInput
          mono
          lines={2}
          value={textsOf(own(trigger, "errors")).join("\n")}
          onChange={(text) => setList("errors", text === "" ? [] : text.split("\n"))}
        />
      </Field>
    </>
  );
}
