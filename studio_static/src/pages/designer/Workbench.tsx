/**
 * A workflow's draft on the bench: the palette at the left, the canvas, at the right the form of what is selected, the
 * whole text or the tests; the Rule Tester and the versions have the room to themselves. On a phone it is the conversation
 * about the draft.
 */
import { Suspense, useCallback, useEffect, useState } from "react";
import { useWhyNot } from "../../app/me";
import { usePage } from "../../app/page";
import { part } from "../../app/part";
import { useUrlState } from "../../app/urlState";
import { useIsWide } from "../../app/useWidth";
import { FullBleed } from "../../ui/FullBleed";
import { Problem } from "../../ui/Problem";
import { Skeleton } from "../../ui/Skeleton";
import { CanvasPane } from "./CanvasPane";
import { asksToMend } from "./copilot/address";
import { keepNothing } from "./copilot/kept";
import { focusCanvas } from "./focus";
import { Head } from "./head/Head";
import { Inspector } from "./inspector/Inspector";
import { Chooser } from "./palette/Chooser";
import { insertItem } from "./palette/insert";
import type { PaletteItem } from "./palette/items";
import { PaletteList } from "./palette/PaletteList";
import { ProblemsBar } from "./problems/ProblemsBar";
import { useCheck } from "./problems/useCheck";
import { Side } from "./Side";
import { ConflictDialog } from "./saving/ConflictDialog";
import type { Opened, Slot, Tab } from "./slots";
import { ask, choose, useDesigner } from "./store";
import { useKeys } from "./useKeys";
import { useOpened } from "./useOpened";
import { useSelectionInUrl } from "./useSelectionInUrl";
import { useSlot } from "./useSlot";
import { useStateCommands } from "./useStateCommands";
import { SampleProvider } from "./values/SampleContext";

const CodePane = part(() => import("./code/CodePane"));
const TestPanel = part(() => import("./test/TestPanel"));
const CopilotCard = part(() => import("./copilot/CopilotCard"));
const PublishDialog = part(() => import("./publish/PublishDialog"));
const VersionsTab = part(() => import("./publish/VersionsTab"));
const RulesTab = part(() => import("../rules/RulesTab"));
const StartHere = part(() => import("./publish/StartHere"));
const SettingsDialog = part(() => import("./settings/SettingsDialog"));

const PhoneBench = part(() => import("./phone/PhoneBench"));

const URL_STATE = { tab: "design" };
const FIRST_WIDE = 1280;
/** Pixels in which one of steps, canvas and form can be used. */
const LEAST = 700;

export function Workbench({ workflow }: { workflow: string }) {
  const { ready, error, reload } = useOpened(workflow);
  usePage({ title: workflow, crumbs: [{ text: "Workflows", href: "/" }, { text: workflow }] });
  const hasRoom = useIsWide(LEAST);
  const [anyway, setAnyway] = useState(false);
  const open = useCallback(() => setAnyway(true), []);
  useEffect(() => keepNothing, []);
  if (ready && (hasRoom || anyway)) return <Bench workflow={workflow} />;
  if (ready) {
    return (
      <Suspense fallback={<Skeleton what="the draft" />}>
        <PhoneBench workflow={workflow} onAnyway={open} />
      </Suspense>
    );
  }
  return (
    <div className="dz-loading">
      <h1 className="visually-hidden">{workflow}</h1>
      {error === null ? (
        <Skeleton what="the draft" />
      ) : (
        <Problem error={error} what={`the workflow ${workflow}`} onRetry={() => void reload()} />
      )}
    </div>
  );
}

function Bench({ workflow }: { workflow: string }) {
  const [{ tab }, setUrl] = useUrlState(URL_STATE);
  const [opened, setOpened] = useState<Opened>(null);
  const close = useCallback(() => {
    setOpened(null);
    // Once the dialog has given the focus back to what opened it.
    window.requestAnimationFrame(() => focusCanvas());
  }, []);
  const show = useCallback((next: Tab) => setUrl({ tab: next }), [setUrl]);
  const slot = useSlot(workflow, show);
  const hasConflict = useDesigner((state) => state.theirs !== null);
  useKeys(setOpened);
  const isWhole = tab === "rules" || tab === "versions";
  return (
    <FullBleed className="dz">
      <Beside />
      <Head workflow={workflow} tab={tab as Tab} show={show} open={setOpened} />
      {isWhole ? (
        <div
          className="grow may-shorten scrolls"
          id="dz-panel"
          role="tabpanel"
          aria-label={tab === "rules" ? "Rule tester" : "Versions"}
        >
          <Suspense fallback={<Skeleton what="the tab" />}>
            {tab === "rules" ? <RulesTab {...slot} /> : <VersionsTab {...slot} />}
          </Suspense>
        </div>
      ) : (
        <Body slot={slot} tab={tab as Tab} />
      )}
      {hasConflict && <ConflictDialog />}
      <Suspense>
        {opened === "publish" && <PublishDialog {...slot} onClose={close} onStart={() => setOpened("start")} />}
        {opened === "settings" && <SettingsDialog onClose={close} />}
        {opened === "start" && <StartHere {...slot} onClose={close} />}
      </Suspense>
    </FullBleed>
  );
}

/** What keeps up with the draft and is not seen: apart, so that nothing is drawn again for it. */
function Beside() {
  useSelectionInUrl();
  useCheck();
  useStateCommands();
  return null;
}

const take = (item: PaletteItem): void => void insertItem(item);

interface BodyProps {
  slot: Slot;
  tab: Tab;
}

function Body({ slot, tab }: BodyProps) {
  const isWide = useIsWide(FIRST_WIDE);
  const whyNotEdit = useWhyNot("edit");
  const [isLeftOpen, setLeftOpen] = useState(isWide);
  // Whoever came to mend an execution came for the copilot.
  useEffect(() => setLeftOpen(isWide || asksToMend()), [isWide]);
  const request = useDesigner((state) => state.request);
  const choosing = useDesigner((state) => state.choosing);
  return (
    <SampleProvider pointer={slot.selected}>
      <div className="flex grow may-shorten relative" id="dz-panel" role="tabpanel" aria-label={tab}>
        <Side label="Steps" isOpen={isLeftOpen || request !== null} onToggle={setLeftOpen}>
          {whyNotEdit === undefined && (
            <Suspense fallback={<div className="dz-copilot-room" />}>
              <CopilotCard {...slot} request={request} onTaken={() => ask(null)} />
            </Suspense>
          )}
          <PaletteList fieldId="dz-find" onTake={take} />
        </Side>
        <div className="dz-middle stack grow may-narrow relative">
          <CanvasPane workflow={slot.workflow} show={slot.show} />
          <ProblemsBar ask={slot.ask} show={slot.show} />
        </div>
        <Right slot={slot} tab={tab} />
      </div>
      {choosing !== null && (
        <Chooser
          choosing={choosing}
          onClose={() => {
            choose(null);
            focusCanvas();
          }}
        />
      )}
    </SampleProvider>
  );
}

function Right({ slot, tab }: { slot: Slot; tab: Tab }) {
  if (tab === "code") {
    return (
      <section className="dz-right dz-right-wide" aria-label="Code">
        <Suspense fallback={<Skeleton what="the editor" />}>
          <CodePane />
        </Suspense>
      </section>
    );
  }
  if (tab === "test") {
    return (
      <section className="dz-right dz-right-wide scrolls" aria-label="Test">
        <Suspense fallback={<Skeleton what="the tests" />}>
          <TestPanel {...slot} />
        </Suspense>
      </section>
    );
  }
  return <Inspector slot={slot} />;
}
