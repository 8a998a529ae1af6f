/** The page's head: what is open, whether it is saved and published, the tabs, what can be done with it. */
import "./head.css";
import Button from "@cloudscape-design/components/button";
import { memo } from "react";
import { ActButton } from "../../../ui/ActButton";
import type { Opened, Tab } from "../slots";
import { hasChanges, useDesigner } from "../store";
import { Tabs } from "./Tabs";
import { Title } from "./Title";

interface HeadProps {
  workflow: string;
  tab: Tab;
  show: (tab: Tab) => void;
  open: (dialog: Opened) => void;
}

export const Head = memo(function Head({ workflow, tab, show, open }: HeadProps) {
  const active = useDesigner((state) => state.activeVersion);
  const changed = useDesigner(hasChanges);
  return (
    <header className="dz-head row firm gap-16 ruled">
      <Title workflow={workflow} />
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
