/**
 * A workflow's draft on a phone: its picture, what is left to do, and the conversation about it. Steps are edited in a
 * wider window, or here all the same by whoever asks for it.
 */
import "./phone.css";
import Button from "@cloudscape-design/components/button";
import { Suspense } from "react";
import { href } from "../../../app/links";
import { useWhyNot } from "../../../app/me";
import { part } from "../../../app/part";
import { Thumbnail } from "../../../canvas/Thumbnail";
import { EmptyState } from "../../../ui/EmptyState";
import { NavLink } from "../../../ui/NavLink";
import { HistoryBar } from "../HistoryBar";
import { Title } from "../head/Title";
import { ProblemsBar } from "../problems/ProblemsBar";
import { useCheck } from "../problems/useCheck";
import { ConflictDialog } from "../saving/ConflictDialog";
import { ask, definitionOf, useDesigner } from "../store";
import { useSlot } from "../useSlot";

const CopilotCard = part(() => import("../copilot/CopilotCard"));

/** Pixels: steps, canvas and form beside each other. */
const NEEDED = 1024;

export default function PhoneBench({ workflow, onAnyway }: { workflow: string; onAnyway: () => void }) {
  const slot = useSlot(workflow, onAnyway);
  const definition = useDesigner(definitionOf);
  const request = useDesigner((state) => state.request);
  const hasConflict = useDesigner((state) => state.theirs !== null);
  const mayEdit = useWhyNot("edit") === undefined;
  useCheck();
  return (
    <div className="ph stack gap-12">
      <Title workflow={workflow} />
      <section className="ph-draft framed on-panel" aria-label="The draft">
        {mayEdit && (
          <div className="dz-canvas-bar row">
            <HistoryBar />
          </div>
        )}
        <div className="ph-picture">
          <Thumbnail definition={definition} />
        </div>
        <ProblemsBar ask={slot.ask} show={slot.show} />
      </section>
      {mayEdit && (
        <Suspense fallback={<div className="dz-copilot-room" />}>
          <CopilotCard {...slot} request={request} onTaken={() => ask(null)} />
        </Suspense>
      )}
      <EmptyState title="The designer needs a wider window" action={<Button onClick={onAnyway}>Open it anyway</Button>}>
        {`It shows steps, canvas and form beside each other: that takes ${NEEDED} pixels. On a phone you can `}
        {mayEdit && "talk to the copilot about the draft, "}
        <NavLink to={href(`/executions/?workflow=${encodeURIComponent(workflow)}`)}>look at the runs</NavLink>, start{" "}
        <span className="breaks">{workflow}</span> there, and answer approvals.
      </EmptyState>
      {hasConflict && <ConflictDialog />}
    </div>
  );
}
