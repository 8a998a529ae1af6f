/** What a page or a table shows when there is nothing: why, and what to do. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  /** A button. */
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Box textAlign="center" padding={{ vertical: "xl", horizontal: "l" }} color="inherit">
      <SpaceBetween size="xs">
        <Box variant="h3" tagOverride="p" padding="n">
          {title}
        </Box>
        {children && <Box color="text-body-secondary">{children}</Box>}
        {action && <Box padding={{ top: "xs" }}>{action}</Box>}
      </SpaceBetween>
    </Box>
  );
}
