/** What people are asked: what waits for an answer, oldest first. */
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { get, withQuery } from "../../api/client";
import type { Approval, ApprovalList } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notifyError } from "../../app/flash";
import { approvalHref } from "../../app/links";
import { usePage } from "../../app/page";
import { EmptyState } from "../../ui/EmptyState";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { Where } from "./Where";

const POLL_MS = 10_000;
const PAGE = 25;

export default function ApprovalsPage() {
  usePage({ title: "Approvals", crumbs: [{ text: "Approvals" }] });
  const [older, setOlder] = useState<ApprovalList | null>(null);
  const [isLoading, setLoading] = useState(false);
  const first = useApi<ApprovalList>(withQuery("/approvals", { limit: PAGE }), {
    poll: older === null ? POLL_MS : null,
  });
  useEffect(() => {
    if (first.error !== null) setOlder(null);
  }, [first.error]);
  const following = (older ?? first.data)?.next_token ?? null;
  const more = async () => {
    setLoading(true);
    try {
      const page = await get<ApprovalList>(withQuery("/approvals", { limit: PAGE, next_token: following ?? "" }));
      setOlder({ ...page, approvals: [...(older?.approvals ?? []), ...page.approvals] });
    } catch (thrown) {
      notifyError(thrown, "The others were not loaded");
    }
    setLoading(false);
  };
  const lookAgain = () => {
    setOlder(null);
    void first.reload();
  };
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description="What running workflows ask people. An answer lets them go on."
        actions={<Button iconName="refresh" ariaLabel="Look again" onClick={lookAgain} />}
      >
        Approvals
      </Header>
      <Loaded from={first} what="the approvals">
        {({ approvals }) => {
          const shown = [...approvals, ...(older?.approvals ?? [])];
          if (shown.length === 0 && following === null) return <Nothing />;
          return (
            <SpaceBetween size="m">
              {shown.map((one) => (
                <Asked key={one.id} asked={one} />
              ))}
              {following !== null && (
                <Button loading={isLoading} onClick={() => void more()}>
                  Show more
                </Button>
              )}
            </SpaceBetween>
          );
        }}
      </Loaded>
    </SpaceBetween>
  );
}

const Nothing = () => (
  <EmptyState
    title="Nothing waits for an answer"
    action={<NavLink to="/connectors/">See the connector approval</NavLink>}
  >
    A step that asks people stands here until they have decided. In the designer's palette it is Approval, Ask for
    approval. A step that waits for its task token is no approval: its execution says how it is answered.
  </EmptyState>
);

function Asked({ asked }: { asked: Approval }) {
  const { id, question, answers, needed } = asked;
  return (
    <Container
      header={
        <Header variant="h2" actions={asked.may_answer && <Badge color="blue">For you</Badge>}>
          <span className="breaks">
            <NavLink to={approvalHref(id)} fontSize="inherit">
              {question}
            </NavLink>
          </span>
        </Header>
      }
    >
      <Where asked={asked}>{needed > 1 && `, ${answers.length} of ${needed} have approved`}</Where>
    </Container>
  );
}
