/** Two documents of a workflow and what differs: as one drawing, or as JSON. What the Studio keeps beside is left out. */
import "./publish.css";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { Suspense, useMemo, useState } from "react";
import { part } from "../../../app/part";
import type { Definition, JsonObject, StatePointer } from "../../../asl";
import { CodeDiff } from "../../../ui/Code";
import { Skeleton } from "../../../ui/Skeleton";
import { type ConnectorList, namesOf } from "../palette/items";
import { definitionIn } from "../store";

const DiffCanvas = part(async () => ({ default: (await import("../../../canvas")).DiffCanvas }));

interface DifferenceProps {
  /** Null: there is nothing before it, all of it is new. */
  before: JsonObject | null;
  after: JsonObject;
  /** "Version 2 and the draft": the accessible name. */
  label: string;
  connectors: ConnectorList | null;
  height: string;
  /** The states to point out in the graph. */
  selection?: readonly StatePointer[];
}

const NOTHING: Definition = {};

export function Difference({ before, after, label, connectors, height, selection }: DifferenceProps) {
  const [view, setView] = useState("graph");
  const names = useMemo(() => namesOf(connectors), [connectors]);
  const [old, now] = useMemo(() => [before === null ? "" : text(before), text(after)], [before, after]);
  return (
    <div className="pb-difference stack gap-10">
      <SegmentedControl
        label={`How to show: ${label}`}
        selectedId={view}
        options={[
          { id: "graph", text: "Graph" },
          { id: "json", text: "JSON" },
        ]}
        onChange={({ detail }) => setView(detail.selectedId)}
      />
      {view === "graph" ? (
        <div className="pb-graph" style={{ height }}>
          <Suspense fallback={<Skeleton what="the graph" />}>
            <DiffCanvas
              before={before === null ? NOTHING : definitionIn(before)}
              after={definitionIn(after)}
              names={names}
              label={label}
              {...(selection === undefined ? {} : { selection })}
            />
          </Suspense>
        </div>
      ) : (
        <CodeDiff before={old} after={now} label={label} height={height} />
      )}
    </div>
  );
}

/** A document as it is compared: no version holds what the Studio keeps beside it. */
function text(document: JsonObject): string {
  const { studio: _, ...rest } = document;
  return JSON.stringify(rest, null, 2);
}
