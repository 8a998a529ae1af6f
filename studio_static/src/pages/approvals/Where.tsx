/** Which step of which execution asks, since when and until when; what else is to be said stands below. */
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import type { Approval } from "../../api/schema";
import { executionHref } from "../../app/links";
import { NavLink } from "../../ui/NavLink";
import { Time } from "../../ui/Time";

type Asked = Pick<Approval, "execution" | "state" | "since" | "until">;

export function Where({ asked, children }: { asked: Asked; children: ReactNode }) {
  const { execution, state, since, until } = asked;
  return (
    <Box color="text-body-secondary">
      <span className="breaks">
        <NavLink to={executionHref(execution)}>{execution}</NavLink>, {state}
      </span>
      <br />
      Asked <Time at={since ?? ""} format="ago" />
      {until !== null && (
        <>
          , until <Time at={until} />
        </>
      )}
      {children}
    </Box>
  );
}
