/** The designer: at `/wizard/` what to begin with, at `/wizard/NAME` that workflow's draft. */
import "./designer.css";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { href } from "../../app/links";
import { usePage } from "../../app/page";
import { part } from "../../app/part";
import { useIsWide } from "../../app/useWidth";
import { EmptyState } from "../../ui/EmptyState";
import { NavLink } from "../../ui/NavLink";
import { Workbench } from "./Workbench";

const StartPage = part(() => import("./start/StartPage"));

/** Pixels: steps, canvas and form beside each other, and the least in which one of them can be used. */
const NEEDED = 1024;
const LEAST = 700;

export default function DesignerPage({ workflow }: { workflow: string | null }) {
  const hasRoom = useIsWide(LEAST);
  const [anyway, setAnyway] = useState(false);
  if (workflow === null) return <StartPage />;
  if (!hasRoom && !anyway) return <NoRoom workflow={workflow} onAnyway={() => setAnyway(true)} />;
  return <Workbench key={workflow} workflow={workflow} />;
}

function NoRoom({ workflow, onAnyway }: { workflow: string; onAnyway: () => void }) {
  usePage({ title: workflow, crumbs: [{ text: "Workflows", href: "/" }, { text: workflow }] });
  return (
    <>
      <h1 className="visually-hidden">{workflow}</h1>
      <EmptyState title="The designer needs a wider window" action={<Button onClick={onAnyway}>Open it anyway</Button>}>
        {`It shows steps, canvas and form beside each other: that takes ${NEEDED} pixels. On a phone you can `}
        <NavLink to={href(`/executions/?workflow=${encodeURIComponent(workflow)}`)}>look at the runs</NavLink>, start{" "}
        <span className="breaks">{workflow}</span> there, and answer approvals.
      </EmptyState>
    </>
  );
}
