/** What stands in a list without rows: it is coming, it could not be had, no row fits the filter, or there are none. */
import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import type { ApiError } from "../api/errors";
import { EmptyState } from "./EmptyState";
import { Problem } from "./Problem";
import { Skeleton } from "./Skeleton";

export interface ListEmptyProps {
  /** What is listed: "the workflows". */
  what: string;
  from: { loading: boolean; error: ApiError | null; reload: () => Promise<void> };
  skeletonRows?: number | undefined;
  /** Said where a filter fits none: "No workflow matches", and how one is found. Null: nothing is filtered. */
  noMatch: string | null;
  hint?: ReactNode;
  onShowAll: () => void;
  /** Where there are none. */
  children: ReactNode;
}

export function ListEmpty({ what, from, skeletonRows = 6, noMatch, hint, onShowAll, children }: ListEmptyProps) {
  if (from.loading) return <Skeleton what={what} rows={skeletonRows} />;
  if (from.error) return <Problem error={from.error} what={what} onRetry={() => void from.reload()} />;
  if (noMatch === null) return children;
  return (
    <EmptyState title={noMatch} action={<Button onClick={onShowAll}>Show all</Button>}>
      {hint}
    </EmptyState>
  );
}
