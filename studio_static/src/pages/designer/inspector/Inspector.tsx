/**
 * The selected state: its name, its form and its JSON, both live. Where there is room they stand side by side, else
 * one of them is shown.
 */
import { useDeferredValue, useState } from "react";
import { useIsWide } from "../../../app/useWidth";
import { describe, type EdgeId, edgeAddress, own, type StatePointer, stateAt } from "../../../asl";
import { StateIcon } from "../../../canvas/draw/icons";
import { Segments } from "../forms/controls";
import type { Slot } from "../slots";
import { definitionOf, select, useDesigner } from "../store";
import { NameField } from "./NameField";
import { Nothing } from "./Nothing";
import { Several } from "./Several";
import { StateForm } from "./StateForm";
import { StateJson } from "./StateJson";
import { StateProblems } from "./StateProblems";
import { chooseView, chosenView, type View } from "./view";

/** Where form and JSON fit beside each other and beside the canvas. */
const ROOM_FOR_BOTH = 1360;

export function Inspector({ slot }: { slot: Slot }) {
  const { selection } = slot;
  const edge = useDesigner((state) => state.edge);
  const selected = slot.selected ?? (edge === null ? null : sourceOf(edge));
  if (selected === null) {
    return (
      <section className="dz-right scrolls" aria-label="Properties">
        {selection.length > 1 ? <Several selection={selection} /> : <Nothing slot={slot} />}
      </section>
    );
  }
  return <One key={selected} pointer={selected} slot={slot} />;
}

/** The state whose form has a selected line's rule, catcher or target; none for the line from Start. */
function sourceOf(edge: EdgeId): StatePointer | null {
  const { source, port } = edgeAddress(edge);
  return port === "start" ? null : source;
}

function One({ pointer, slot }: { pointer: StatePointer; slot: Slot }) {
  const state = useDesigner((all) => stateAt(definitionOf(all), pointer));
  const hasRoom = useIsWide(ROOM_FOR_BOTH);
  const [chosen, setChosen] = useState(chosenView);
  // A new step's card and form are drawn first: the editor of its JSON takes as long as both.
  const isFormDrawn = useDeferredValue(true, false);
  if (state === undefined) return null;
  const view: View = chosen ?? (hasRoom ? "both" : "form");
  const { icon, tone, subtitle } = describe(state);
  return (
    <section className={`dz-right dz-inspector stack dz-view-${view}`} aria-label="Properties">
      <header className="dz-inspector-head flex firm gap-10 ruled">
        <StateIcon icon={icon} tone={tone} />
        <div className="dz-inspector-name grow may-narrow">
          <NameField pointer={pointer} />
          <span className="dz-quiet">
            {[String(own(state, "Type") ?? "No type"), subtitle].filter(Boolean).join(" · ")}
          </span>
        </div>
        <Segments<View>
          label="How the state is edited"
          value={view}
          options={[
            { value: "form", label: "Form" },
            { value: "json", label: "JSON" },
            { value: "both", label: "Both", title: "Side by side" },
          ]}
          onChange={(next) => {
            chooseView(next);
            setChosen(next);
          }}
        />
        <button
          type="button"
          className="dz-close firm soft"
          aria-label="Close the properties"
          onClick={() => select([])}
        >
          ✕
        </button>
      </header>
      <StateProblems pointer={pointer} ask={slot.ask} />
      <div className="flex grow may-shorten">
        {view !== "json" && (
          <div className="scrolls dz-inspector-form">
            <StateForm pointer={pointer} state={state} />
          </div>
        )}
        {view !== "form" &&
          (isFormDrawn ? (
            <StateJson pointer={pointer} state={state} />
          ) : (
            <div className="dz-inspector-json grow may-narrow" />
          ))}
      </div>
    </section>
  );
}
