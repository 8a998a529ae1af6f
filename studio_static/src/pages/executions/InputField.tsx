/** An execution's input as JSON, with what is wrong with it while it is typed, and past inputs to begin from. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PastInput } from "../../api/schema";
import { usePreferences } from "../../app/preferences";
import { Code } from "../../ui/Code";
import { tooLarge } from "../../ui/json";
import { statusLook } from "../../ui/status";
import { formatTime } from "../../ui/time";

interface InputFieldProps {
  value: string;
  onChange: (text: string) => void;
  /** What is wrong with the text; null when it is JSON. */
  onProblem: (problem: string | null) => void;
  past?: readonly PastInput[];
  autoFocus?: boolean;
}

export function InputField({ value, onChange, onProblem, past = [], autoFocus = false }: InputFieldProps) {
  const clock = usePreferences((state) => state.clock);
  const problem = problemOf(value);
  const change = (text: string) => {
    onChange(text);
    onProblem(problemOf(text));
  };
  const usable = past.filter((each) => tooLarge(each.input) === null);
  return (
    <SpaceBetween size="m">
      {usable.length > 0 && (
        <FormField label="Begin from">
          <Select
            selectedOption={null}
            placeholder="A past input …"
            options={usable.map((each, place) => ({
              value: String(place),
              label: each.execution,
              description: `${statusLook(each.status).word}${each.at ? `, ${formatTime(each.at, clock)}` : ""}`,
            }))}
            onChange={({ detail }) =>
              change(JSON.stringify(usable[Number(detail.selectedOption.value)]?.input ?? {}, null, 2))
            }
          />
        </FormField>
      )}
      <FormField label="Input" errorText={problem ?? undefined} stretch>
        <Code label="Input" value={value} onChange={change} autoFocus={autoFocus} minHeight="8rem" maxHeight="40vh" />
      </FormField>
    </SpaceBetween>
  );
}

export function problemOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    return `This is not JSON: ${thrown instanceof Error ? thrown.message : thrown}`;
  }
}
