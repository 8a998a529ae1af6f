/** One question of a workflow: what is to be decided, the form, who has answered, and the answer. Opening it answers
 * nothing. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { path, post, withQuery } from "../../api/client";
import { type ApiError, asApiError } from "../../api/errors";
import type { AnswerTaken, ApprovalAnswer, ApprovalWhole } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { useChanges } from "../../api/useChanges";
import { usePage } from "../../app/page";
import { defaults, Fields, type Typed, without } from "../../ui/Fields";
import { Loaded } from "../../ui/Loaded";
import { Time } from "../../ui/Time";
import { Details } from "./Details";
import { isOver, NotThere, OtherApprovals, Over } from "./Over";
import { approverWords } from "./readable";
import { Where } from "./Where";

type Decision = "approved" | "refused";

export default function ApprovalPage({ approval }: { approval: string }) {
  usePage({
    title: "Approval",
    crumbs: [{ text: "Approvals", href: "/approvals/" }, { text: "Approval" }],
    contentType: "form",
  });
  const address = path("/approvals/{}", approval);
  const found = useApi<ApprovalWhole>(address);
  const over = found.error !== null && isOver(found.error) ? found.error : null;
  const [isDecided, setDecided] = useState(false);
  // Somebody else may answer while it is open here, in Slack or in another tab.
  const isAsked = found.data !== null && over === null;
  useChanges(isAsked && !isDecided ? withQuery("/changes", { approval }) : null, found.reload);
  return (
    <SpaceBetween size="m">
      {found.data === null && <Header variant="h1">Approval</Header>}
      {found.data === null && over !== null ? (
        <Over error={over} />
      ) : found.data === null && found.error?.status === 404 ? (
        <NotThere />
      ) : (
        <Loaded from={{ ...found, error: over === null ? found.error : null }} what="the approval">
          {(asked) => <Asked asked={asked} address={address} over={over} onDecided={() => setDecided(true)} />}
        </Loaded>
      )}
    </SpaceBetween>
  );
}

interface AskedProps {
  asked: ApprovalWhole;
  address: string;
  /** It was decided while it was open here. */
  over: ApiError | null;
}

function Asked({ asked, address, over, onDecided }: AskedProps & { onDecided: () => void }) {
  const [answered, setAnswered] = useState<{ said: Decision; taken: AnswerTaken } | null>(null);
  const done = answered !== null && Object.keys(answered.taken.faults).length === 0;
  return (
    <SpaceBetween size="m">
      <Header variant="h1">
        <span className="breaks">{asked.question}</span>
      </Header>
      <Where asked={asked}>
        <br />
        <span className="breaks">
          For {asked.approvers.length === 0 ? "anybody who may answer" : asked.approvers.map(approverWords).join(", ")}
          {asked.needed > 1 && `; ${asked.needed} must approve`}
        </span>
      </Where>
      {asked.hidden && (
        <Alert type="info">What this workflow marks as sensitive is hidden here, and so is its form.</Alert>
      )}
      {asked.details !== null && <Details value={asked.details} />}
      {asked.answers.length > 0 && over === null && <Answers answers={asked.answers} needed={asked.needed} />}
      {done ? (
        <Alert type="success" action={<OtherApprovals />}>
          {thanks(answered.said, answered.taken)}
        </Alert>
      ) : (
        <Decide
          asked={asked}
          address={address}
          over={over}
          faults={answered?.taken.faults ?? {}}
          onAnswered={(said, taken) => {
            setAnswered({ said, taken });
            if (taken.decision !== null) onDecided();
          }}
        />
      )}
      <span className="visually-hidden" role="status">
        {over !== null && !done && over.message}
      </span>
    </SpaceBetween>
  );
}

const Answers = ({ answers, needed }: { answers: readonly ApprovalAnswer[]; needed: number }) => (
  <Container header={<Header variant="h2">{`${answers.length} of ${needed} have approved`}</Header>}>
    <SpaceBetween size="xs">
      {answers.map((one) => (
        <span key={one.by} className="breaks">
          {one.by} <Time at={one.at ?? ""} format="ago" />
          {one.comment !== "" && `: ${one.comment}`}
        </span>
      ))}
    </SpaceBetween>
  </Container>
);

interface DecideProps extends AskedProps {
  faults: Typed;
  onAnswered: (said: Decision, taken: AnswerTaken) => void;
}

function Decide({ asked, address, over, faults: found, onAnswered }: DecideProps) {
  const [typed, setTyped] = useState<Typed>(() => defaults(asked.fields));
  const [comment, setComment] = useState("");
  const [changed, setChanged] = useState<Typed | null>(null);
  const [sending, setSending] = useState<Decision | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const faults = changed ?? found;
  if (problem !== null && isOver(problem)) return <Over error={problem} isLate />;
  if (over !== null && sending === null) return <Over error={over} />;
  if (!asked.may_answer) return <Alert type="info">{asked.why_not}</Alert>;
  const send = async (decision: Decision) => {
    setSending(decision);
    setProblem(null);
    setChanged(null);
    try {
      const form = decision === "approved" && asked.fields.length > 0 ? { typed } : {};
      onAnswered(decision, await post<AnswerTaken>(`${address}/answer`, { decision, comment, ...form }));
    } catch (thrown) {
      setProblem(asApiError(thrown));
    }
    setSending(null);
  };
  return (
    <Container>
      <SpaceBetween size="l">
        {asked.fields.length > 0 && (
          <Fields
            fields={asked.fields}
            typed={typed}
            faults={faults}
            onChange={(name, value) => {
              setTyped({ ...typed, [name]: value });
              setChanged(without(faults, name));
            }}
          />
        )}
        <FormField
          label={
            <>
              Comment <i>- optional</i>
            </>
          }
        >
          <Textarea value={comment} rows={3} onChange={({ detail }) => setComment(detail.value)} />
        </FormField>
        {"" in faults && <Alert type="error">{faults[""]}</Alert>}
        {problem !== null && <Alert type="error">{`Your answer was not taken: ${problem.message}`}</Alert>}
        <SpaceBetween direction="horizontal" size="s">
          <Button
            variant="primary"
            loading={sending === "approved"}
            disabled={sending !== null}
            onClick={() => void send("approved")}
          >
            Approve
          </Button>
          <Button loading={sending === "refused"} disabled={sending !== null} onClick={() => void send("refused")}>
            Refuse
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}

function thanks(said: Decision, { decision, left }: AnswerTaken): string {
  if (decision === null) return `Your approval counts. ${left} more must approve.`;
  return said === "approved" ? "Approved. The workflow goes on." : "Refused. The workflow goes on with that.";
}
