/**
 * What could not be had, and why: signed out, not allowed, not there, no longer kept, no answer, or an error in the API's
 * own words with its place and its advice.
 */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import type { ApiError } from "../api/errors";
import { EmptyState } from "./EmptyState";

interface ProblemProps {
  error: ApiError;
  /** What was asked for: "the workflows". */
  what: string;
  onRetry?: () => void;
}

export function Problem({ error, what, onRetry }: ProblemProps) {
  const again = onRetry && <Button onClick={onRetry}>Try again</Button>;
  if (error.status === 401) {
    return (
      <EmptyState
        title="You are signed out"
        action={<Button onClick={() => window.location.reload()}>Load again</Button>}
      >
        Get a new sign-in link in a terminal: <Box variant="code">automate signin</Box>
      </EmptyState>
    );
  }
  if (error.status === 403) {
    return (
      <EmptyState title={`You may not see ${what}`} action={again}>
        <div>{error.message}</div>
        <div>{error.advice ?? "Ask whoever runs this workspace for access."}</div>
      </EmptyState>
    );
  }
  if (error.status === 410) {
    return (
      <Alert type="info" header={`No longer kept: ${what}`}>
        <ErrorWords error={error} />
      </Alert>
    );
  }
  return (
    <Alert type="error" header={headerOf(error, what)} action={again}>
      <ErrorWords error={error} />
    </Alert>
  );
}

function headerOf(error: ApiError, what: string): string {
  if (error.isOffline) return "The server does not answer";
  if (error.status === 404) return `There is no such thing: ${what}`;
  return `Could not get ${what}`;
}

/** Message, place and advice of an error. The id in the address is no place that a reader could go to. */
export function ErrorWords({ error }: { error: ApiError }) {
  return (
    <>
      <div>{error.message}</div>
      {error.where && error.where !== "id" && (
        <div>
          At <Box variant="code">{error.where}</Box>
        </div>
      )}
      {error.advice && <div>{error.advice}</div>}
    </>
  );
}

/** An error where something was tried: nothing while there is none. */
export function ErrorAlert({ error, header }: { error: ApiError | null; header?: string }) {
  if (error === null) return null;
  return (
    <Alert type="error" header={header}>
      <ErrorWords error={error} />
    </Alert>
  );
}
