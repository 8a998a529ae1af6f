/** The Rule Tester as a tab of the designer, prefilled with the selected Choice; edited rules can go into the draft. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { changeState, withEntry } from "../../asl";
import { EmptyState } from "../../ui/EmptyState";
import type { Slot } from "../designer/slots";
import { RuleTester } from "./RuleTester";
import { choicesOf, type FoundChoice, OWN_CONDITION } from "./subject";

export default function RulesTab(slot: Slot) {
  const choices = choicesOf(slot.definition);
  const choice = choices.find(({ pointer }) => pointer === slot.selected) ?? choices[0];
  if (choice === undefined) {
    return (
      <EmptyState
        title="No Choice yet"
        action={<Button onClick={() => slot.show("design")}>Back to the canvas</Button>}
      >
        This workflow takes one way only. Add a Choice to it, and its rules are tested here.
      </EmptyState>
    );
  }
  return (
    <div className="rt-tab">
      <RuleTester
        key={choice.pointer}
        of={{
          workflow: slot.workflow,
          choice,
          document: slot.document,
          change: async (edit, label) => slot.apply(edit, label),
          keep: (state) => keep(slot, choice, state),
        }}
        own={OWN_CONDITION}
        chooser={
          <FormField label="Choice">
            <Select
              selectedOption={{ value: choice.pointer, label: choice.name }}
              options={choices.map(({ pointer, name }) => ({ value: pointer, label: name }))}
              onChange={({ detail }) => slot.select([detail.selectedOption.value ?? ""])}
            />
          </FormField>
        }
      />
    </div>
  );
}

function keep(slot: Slot, choice: FoundChoice, state: FoundChoice["state"]): void {
  slot.apply(
    (document) =>
      withEntry(
        document,
        "definition",
        changeState(slot.definition, choice.pointer, () => state),
      ),
    `Change the rules of ${choice.name}`,
  );
}
