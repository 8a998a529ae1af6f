/** Start the active version from the designer, with the input that is tried here: the test's, a past run's, a case's. */
import { tooLarge } from "../../../ui/json";
import { StartDialog } from "../../executions/list/StartDialog";
import type { DialogSlot } from "../slots";
import { useSamples } from "../test/useSamples";
import { useTests } from "../test/useTests";

export default function StartHere({ workflow, document, activeVersion, onClose }: DialogSlot) {
  const { input } = useTests(workflow);
  const samples = useSamples(workflow, document, null);
  if (activeVersion === null || (input === undefined && samples === null)) return null;
  const found = input === undefined ? (samples?.[0]?.input ?? {}) : input;
  return (
    <StartDialog
      workflow={workflow}
      version={activeVersion}
      input={tooLarge(found) === null ? found : {}}
      onClose={onClose}
    />
  );
}
