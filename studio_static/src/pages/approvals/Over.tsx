/** Where nothing is to be answered, or not any more: why, what became of it, and the way to what else waits. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ApiError } from "../../api/errors";
import { executionHref, follow, href } from "../../app/links";
import { NavLink } from "../../ui/NavLink";

export const isOver = (error: ApiError): boolean => error.code === "ApprovalOver";

interface OverProps {
  error: ApiError;
  /** An answer came too late. */
  isLate?: boolean;
}

export function Over({ error, isLate = false }: OverProps) {
  const execution = (error.details as { execution?: string } | null)?.execution;
  return (
    <Alert
      type={isLate ? "warning" : "info"}
      header={isLate ? "Your answer was not taken" : "There is nothing to answer here any more"}
      action={<OtherApprovals />}
    >
      <span className="breaks">
        {`${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}. `}
        {execution && <NavLink to={executionHref(execution)}>{`See ${execution}`}</NavLink>}
      </span>
    </Alert>
  );
}

/** The address names no approval. */
export const NotThere = () => (
  <Alert type="info" header="There is no approval at this address" action={<OtherApprovals />}>
    Its execution may have been removed, and what it asked with it; or the link was cut when it was copied. What became
    of an older one its execution tells: <NavLink to="/executions/">all executions</NavLink>.
  </Alert>
);

export const OtherApprovals = () => (
  <Button href={href("/approvals/")} onFollow={follow}>
    Other approvals
  </Button>
);
