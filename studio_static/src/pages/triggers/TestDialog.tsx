/** What a trigger would make of what arrives: whether it matches and why, and the input. Nothing is written or started. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { TestedDelivery, Trigger } from "../../api/schema";
import { Code } from "../../ui/Code";
import { Dialog } from "../../ui/Dialog";
import { JsonView } from "../../ui/JsonView";
import { problemOf } from "../executions/InputField";

interface TestDialogProps {
  trigger: Trigger;
  value: unknown;
  facts: unknown;
  onClose: () => void;
}

export function TestDialog({ trigger, value, facts, onClose }: TestDialogProps) {
  const [valueText, setValue] = useState(() => JSON.stringify(value, null, 2));
  const [factsText, setFacts] = useState(() => JSON.stringify(facts ?? {}, null, 2));
  const [tested, setTested] = useState<TestedDelivery | null>(null);
  const problem = problemOf(valueText);
  const factsProblem = factsProblemOf(factsText);
  const test = async () => {
    setTested(null);
    const body = { value: JSON.parse(valueText), facts: JSON.parse(factsText) };
    setTested(await post<TestedDelivery>(path("/triggers/{}/{}/test", trigger.workflow, trigger.name), body));
  };
  return (
    <Dialog
      title={`Test a delivery of ${trigger.name}`}
      act="Test"
      cancel="Close"
      size="large"
      onAct={test}
      onClose={onClose}
      disabled={problem !== null || factsProblem !== null}
    >
      <Box color="text-body-secondary">Nothing is written, and nothing is started.</Box>
      <FormField label="What arrives" description="What expressions see as their input." errorText={problem} stretch>
        <Code label="What arrives" value={valueText} onChange={setValue} minHeight="7rem" maxHeight="32vh" />
      </FormField>
      <FormField
        label="How it comes"
        description="What expressions see as the context's Trigger: Headers, Query …"
        errorText={factsProblem}
        stretch
      >
        <Code label="How it comes" value={factsText} onChange={setFacts} minHeight="3rem" maxHeight="20vh" />
      </FormField>
      {tested && <Tested tested={tested} />}
    </Dialog>
  );
}

function factsProblemOf(text: string): string | null {
  const problem = problemOf(text);
  if (problem !== null) return problem;
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "This is not a JSON object.";
}

function Tested({ tested }: { tested: TestedDelivery }) {
  if (!tested.matched) {
    return (
      <Alert
        type={tested.refused ? "error" : "info"}
        header={tested.refused ? "It would be refused" : "It does not match: it would start nothing"}
      >
        {tested.why}
      </Alert>
    );
  }
  return (
    <section aria-label="What it would start">
      <Alert type="success" header="It matches">
        {tested.execution === null
          ? "It would start an execution; each arrival is another."
          : `It would start ${tested.execution}, once: what arrives again under the same key starts nothing.`}
      </Alert>
      <Box variant="h3" padding={{ top: "s" }}>
        The execution's input
      </Box>
      <JsonView value={tested.input} label="The execution's input" maxHeight="240px" />
    </section>
  );
}
