/** A page for those who hold a right: whoever opens its address without it is told what is missing, and nothing is asked
 * of the server that it would refuse. */
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { grantingOf, type Right, useMe, useUnknownMe, whyNot } from "../app/me";
import { usePageLayout } from "../app/page";
import { EmptyState } from "./EmptyState";
import { Problem } from "./Problem";
import { Skeleton } from "./Skeleton";

interface AllowedProps {
  right: Right;
  /** What is not shown: "the tokens". */
  what: string;
  /** Said first, where it is no page to see: what was not done. */
  said?: string;
  children: ReactNode;
}

export function Allowed({ right, what, said, children }: AllowedProps) {
  const me = useMe();
  const unknown = useUnknownMe();
  const why = whyNot(me, right);
  const title = usePageLayout((state) => state.layout.title);
  if (me !== null && why === undefined) return children;
  return (
    <>
      <h1 className="visually-hidden">{title}</h1>
      {unknown !== null ? (
        <Problem error={unknown.error} what={what} onRetry={unknown.askAgain} />
      ) : me === null ? (
        <Skeleton what={what} />
      ) : (
        <EmptyState title={said ?? `You may not see ${what}`}>
          {why}
          <Box color="text-body-secondary">{grantingOf(me, right)}</Box>
        </EmptyState>
      )}
    </>
  );
}
