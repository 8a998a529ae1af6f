import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { follow, href } from "./links";
import { usePage } from "./page";

export function NotFound() {
  usePage({ title: "Not found", crumbs: [{ text: "Not found" }] });
  return (
    <Box textAlign="center" padding={{ vertical: "xxxl" }}>
      <Box variant="h1">There is no page at this address</Box>
      <Box color="text-body-secondary" margin={{ vertical: "s" }}>
        It may have been renamed. Ctrl+K finds workflows, executions and pages.
      </Box>
      <Button href={href("/")} onFollow={follow}>
        All workflows
      </Button>
    </Box>
  );
}
