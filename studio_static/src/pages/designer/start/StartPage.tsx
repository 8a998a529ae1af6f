/**
 * `/wizard/` without a workflow: say what it is to do, begin with nothing or with a template, or go on with one that is
 * there.
 */
import "./start.css";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { type ApiError, asApiError } from "../../../api/errors";
import type { WorkflowList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { follow, go, workflowHref } from "../../../app/links";
import { useMay, useMe } from "../../../app/me";
import { usePage } from "../../../app/page";
import { NAME_WORDS, nameProblem } from "../../../asl/names";
import { Allowed } from "../../../ui/Allowed";
import { Loaded } from "../../../ui/Loaded";
import { ErrorAlert } from "../../../ui/Problem";
import { Time } from "../../../ui/Time";
import { putDraft } from "../saving/api";
import { ask } from "../store";
import { asksForTemplates, freeWorkflowName, nameFor, newDocument } from "./begin";
import { Templates } from "./Templates";

const RECENT = 8;
const EXAMPLE = "When a high value order comes in, ask finance on Slack and charge the card";

export default function StartPage() {
  usePage({ title: "Designer", crumbs: [{ text: "Designer" }] });
  const workflows = useApi<WorkflowList>("/workflows");
  const taken = workflows.data?.workflows.map((each) => each.name) ?? null;
  const [text, setText] = useState("");
  const may = useMay("edit");
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="A workflow is a graph of steps: draft it in words, or step by step.">
        Designer
      </Header>
      <div className="dz-start">
        <Allowed right="edit" what="what one begins with">
          <Begin taken={taken ?? []} text={text} onText={setText} />
        </Allowed>
        <Container header={<Header variant="h2">Go on with</Header>}>
          <Loaded from={workflows} what="the workflows">
            {(data) => <Recent list={data} />}
          </Loaded>
        </Container>
      </div>
      {may && <Templates sentence={text} taken={taken} />}
    </SpaceBetween>
  );
}

interface BeginProps {
  taken: readonly string[];
  text: string;
  onText: (text: string) => void;
}

function Begin({ taken, text, onText }: BeginProps) {
  const [name, setName] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const hasModel = useMe()?.copilot.configured === true;
  const field = useRef<InputProps.Ref>(null);
  useEffect(() => {
    if (isBlank()) field.current?.select();
  }, []);
  const wanted = name ?? freeWorkflowName(nameFor(text), taken);
  const complaint = nameProblem(wanted, taken);
  const begin = async (withCopilot: boolean): Promise<void> => {
    setBusy(true);
    try {
      await putDraft(wanted, newDocument(wanted), null);
      if (withCopilot) ask({ kind: "draft", text });
      go(workflowHref(wanted));
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (complaint === null && !busy) void begin(text.trim() !== "");
  };
  return (
    <Container header={<Header variant="h2">New workflow</Header>}>
      <form onSubmit={onSubmit}>
        <SpaceBetween size="m">
          <FormField
            label="What is to happen?"
            description={
              hasModel
                ? "The copilot makes a draft of it, which you see before it is applied. Leave it empty to begin with a blank canvas."
                : "It becomes an outline: a step to fill in for each clause, which you see before it is applied. Leave it empty to begin with a blank canvas."
            }
          >
            <Textarea
              value={text}
              placeholder={EXAMPLE}
              rows={3}
              autoFocus={!isBlank() && !asksForTemplates()}
              onChange={({ detail }) => onText(detail.value)}
            />
          </FormField>
          <FormField label="Name" errorText={complaint} constraintText={NAME_WORDS}>
            <Input ref={field} value={wanted} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <ErrorAlert error={error} />
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              variant="primary"
              formAction="none"
              loading={busy}
              disabled={complaint !== null || text.trim() === ""}
              onClick={() => void begin(true)}
            >
              {hasModel ? "Draft it" : "Outline it"}
            </Button>
            <Button formAction="none" disabled={complaint !== null || busy} onClick={() => void begin(false)}>
              Blank canvas
            </Button>
          </SpaceBetween>
        </SpaceBetween>
        {/* Enter in the name begins, with a sentence or without: a button that is disabled would forbid it. */}
        <button type="submit" hidden />
      </form>
    </Container>
  );
}

/** Whoever comes for an empty canvas is asked for a name only; all others say what is to happen first. */
const isBlank = (): boolean => new URLSearchParams(window.location.search).has("blank");

function Recent({ list }: { list: WorkflowList }) {
  const newest = [...list.workflows].sort((one, other) => (other.updated_at ?? "").localeCompare(one.updated_at ?? ""));
  if (newest.length === 0) {
    return (
      <p className="dz-quiet">
        There is no workflow yet. Samples and imports are on the{" "}
        <Link href="/studio/" onFollow={follow}>
          workflows page
        </Link>
        .
      </p>
    );
  }
  return (
    <ul className="plain-list dz-recent">
      {newest.slice(0, RECENT).map((each) => (
        <li key={each.name}>
          <Link href={workflowHref(each.name)} onFollow={follow}>
            {each.name}
          </Link>
          <span className="dim">
            changed <Time at={each.updated_at} format="ago" />
          </span>
        </li>
      ))}
    </ul>
  );
}
