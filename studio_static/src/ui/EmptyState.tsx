/** What a page or a table shows when there is nothing: why, and what to do. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <Box textAlign="center" padding={{ vertical: "xl", horizontal: "l" }} color="inherit">
      <SpaceBetween size="xs">
        <Box variant="h3" tagOverride="p" padding="n">
          {title}
        </Box>
        {children && <Box color="text-body-secondary">{children}</Box>}
        {actions && (
          <Box padding={{ top: "xs" }}>
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              {actions}
            </SpaceBetween>
          </Box>
        )}
      </SpaceBetween>
    </Box>
  );
}
