/** The page's head: what is open, whether it is saved and published, the tabs, what can be done with it. */
import "./head.css";
import Button from "@cloudscape-design/components/button";
import { memo } from "react";
import { useWhyNot } from "../../../app/me";
import { ActButton } from "../../../ui/ActButton";
import type { Opened, Tab } from "../slots";
import { documentOf, hasChanges, kindOf, useDesigner } from "../store";
import { SaveMark } from "./SaveMark";
import { Tabs } from "./Tabs";

interface HeadProps {
  workflow: string;
  tab: Tab;
  show: (tab: Tab) => void;
  open: (dialog: Opened) => void;
}

export const Head = memo(function Head({ workflow, tab, show, open }: HeadProps) {
  const whyNotEdit = useWhyNot("edit");
  const active = useDesigner((state) => state.activeVersion);
  const changed = useDesigner(hasChanges);
  const kind = useDesigner((state) => kindOf(documentOf(state)));
  return (
    <header className="dz-head row firm gap-16 ruled">
      <div className="dz-title row may-narrow gap-8">
        <h1 title={workflow}>{workflow}</h1>
        {kind === "EXPRESS" && <span className="dz-pill">Express</span>}
        {active === null ? (
          <span className="dz-pill">Not published</span>
        ) : (
          <span className="dz-pill dz-pill-ok tone-ok">{`v${active} active`}</span>
        )}
        {whyNotEdit === undefined ? (
          <SaveMark />
        ) : (
          <span className="dz-pill tone-warn" title={whyNotEdit}>
            To look at: nothing is saved
          </span>
        )}
      </div>
      <Tabs tab={tab} show={show} />
      <div className="dz-acts row gap-8">
        <Button iconName="settings" variant="icon" ariaLabel="Workflow settings" onClick={() => open("settings")} />
        <ActButton
          right="run"
          disabled={active === null}
          disabledReason="Nothing is published yet."
          onClick={() => open("start")}
        >
          Start
        </ActButton>
        <ActButton
          right="edit"
          variant="primary"
          disabled={changed === false}
          disabledReason={`The draft is the same as v${active}.`}
          onClick={() => open("publish")}
        >
          Publish
        </ActButton>
      </div>
    </header>
  );
});
