/** The one way from a fetch to a page: loading, failed, or the page with what came; a later failed poll stands above. */
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { Fetched } from "../api/useApi";
import { Problem } from "./Problem";
import { Skeleton } from "./Skeleton";

interface LoadedProps<T> {
  from: Fetched<T>;
  /** What is loaded: "the workflows". */
  what: string;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ from, what, loading, children }: LoadedProps<T>) {
  if (from.data !== null) {
    return (
      <SpaceBetween size="m">
        {from.error && <Stale what={what} message={from.error.message} />}
        {children(from.data)}
      </SpaceBetween>
    );
  }
  if (from.error) return <Problem error={from.error} what={what} onRetry={() => void from.reload()} />;
  return loading ?? <Skeleton what={what} />;
}

/** Said above what was loaded earlier. */
export function Stale({ what, message }: { what: string; message: string }) {
  return <Alert type="warning">{`What is shown of ${what} may be old: ${message}`}</Alert>;
}
