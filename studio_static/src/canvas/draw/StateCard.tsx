/** Cards, containers, the ends of the flow. Each renders again only when what it says changed: React Flow moves it. */

import { Handle, type NodeProps, type Position } from "@xyflow/react";
import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import type { Badge } from "../../asl";
import { LONGEST_STATE_NAME } from "../../facts";
import { MarkShape } from "../../ui/StatusMark";
import { statusLook } from "../../ui/status";
import { formatDuration } from "../../ui/time";
import { useActions } from "../context";
import { type PortName, SIDES, type Side } from "../layout/measure";
import type { CardData, CardNode, Mark } from "../model";
import { Glyph, StateIcon } from "./icons";

/** A place where lines end or begin, for React Flow to measure: an element, no component. */
function Place({ id, at }: { id: PortName; at: Side }) {
  const kind = id === "in" ? "target" : "source";
  return <i className={`place ${kind} react-flow__handle-${at}`} data-handleid={id} data-handlepos={at} />;
}

/**
 * Where lines reach a card and leave it, and where a person draws new ones from. Those are there only while the card is
 * pointed at or selected: on each of 300 cards they would cost more than everything else. A new line ends at any card.
 */
function Ports({ data, near }: { data: CardData; near: boolean }) {
  const { node } = data;
  const sides = SIDES[data.direction];
  const draws = data.editable && near && node.kind !== "end";
  const goesOn = draws && node.type !== "Succeed" && node.type !== "Fail";
  return (
    <>
      <Place id="in" at={sides.in} />
      <Place id="out" at={sides.out} />
      <Place id="err" at={sides.err} />
      {goesOn && (
        <Handle
          type="source"
          id="out"
          position={sides.out as Position}
          className="port-flow"
          title="Drag to another card: go on there"
        />
      )}
      {draws && data.canFail && (
        <Handle
          type="source"
          id="err"
          position={sides.err as Position}
          className="port-error"
          title="Drag to another card: go on there after an error"
        />
      )}
    </>
  );
}

/** Whether the pointer is over a card, and what tells. */
function useNear() {
  const [near, setNear] = useState(false);
  return { near, watch: { onPointerEnter: () => setNear(true), onPointerLeave: () => setNear(false) } };
}

function BadgePill({ badge }: { badge: Badge }) {
  return (
    <span className="badge" title={badge.title}>
      <Glyph path="M13.2 8A5.2 5.2 0 1 1 11.4 4M13.2 1.6V5H9.8" size={11} stroke={1.9} />
      {badge.text}
    </span>
  );
}

const LEVELS = { error: "Problem", warning: "Warning", todo: "To do" } as const;

function LintMark({ mark }: { mark: Mark }) {
  return (
    <span
      className={`lint lint-${mark.level}`}
      role="img"
      aria-label={`${LEVELS[mark.level]}: ${mark.text}`}
      title={mark.text}
    >
      {mark.level === "todo" ? "?" : "!"}
    </span>
  );
}

/** `Failed · 3.01 s`, in place of the sub-line. */
function fateWords(data: CardData): { status: string; text: string } | null {
  const { fate } = data;
  if (fate === "none" || fate === "skipped") return null;
  const { word, tone } = statusLook(fate.status);
  // Beside "Succeeded" it has to say what became of them.
  const failed = ` · ${fate.failed} of ${fate.visits}${tone === "bad" ? "" : " failed"}`;
  const often = fate.visits > 1 ? (fate.failed > 0 ? failed : ` · ${fate.visits}×`) : "";
  return {
    status: fate.status,
    text: `${word}${fate.seconds === null ? "" : ` · ${formatDuration(fate.seconds)}`}${often}`,
  };
}

function SubLine({ data, inside }: { data: CardData; inside?: number }) {
  const fate = fateWords(data);
  if (fate !== null) {
    const { tone, mark } = statusLook(fate.status);
    return (
      <span className={`one-line card-sub status-${tone} tabular`}>
        <MarkShape mark={mark} size={13} />
        <b>{fate.text}</b>
      </span>
    );
  }
  if (data.fate === "skipped") return <span className="one-line card-sub">Not reached</span>;
  const text =
    inside === undefined ? data.node.subtitle : `${data.node.subtitle} · ${inside} state${inside === 1 ? "" : "s"}`;
  return (
    <span className="one-line card-sub" title={text}>
      {text}
    </span>
  );
}

/** The name, or a field to change it. */
function Name({ data }: { data: CardData }) {
  const actions = useActions();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!data.renaming) return;
    field.current?.focus({ preventScroll: true });
    field.current?.select();
  }, [data.renaming]);
  if (!data.renaming)
    return (
      <span className="one-line card-name size-14 strong" title={data.node.name}>
        {data.node.name}
      </span>
    );
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation();
    if (event.key === "Enter") actions.rename(data.node.id, event.currentTarget.value);
    if (event.key === "Escape") actions.rename(data.node.id, null);
  };
  return (
    <input
      ref={field}
      className="card-rename size-14 strong wide nodrag nopan"
      aria-label={`New name of ${data.node.name}`}
      defaultValue={data.node.name}
      maxLength={LONGEST_STATE_NAME}
      onKeyDown={onKeyDown}
      onBlur={(event) => actions.rename(data.node.id, event.currentTarget.value)}
    />
  );
}

function Marks({ data }: { data: CardData }) {
  const { change } = data;
  return (
    <span className="card-marks row firm">
      {data.pinned && (
        <span className="badge badge-pin" title="Its output is pinned for tests">
          pinned
        </span>
      )}
      {data.node.badges.map((badge) => (
        <BadgePill key={badge.kind} badge={badge} />
      ))}
      {data.mark !== null && <LintMark mark={data.mark} />}
      {change !== null && <span className={`change is-${change}`}>{CHANGES[change]}</span>}
    </span>
  );
}

const CHANGES = { added: "+ new", changed: "changed", removed: "− gone" } as const;

function Fold({ data }: { data: CardData }) {
  const actions = useActions();
  const word = data.collapsed ? "Unfold" : "Fold";
  return (
    <button
      type="button"
      className="fold nodrag nopan"
      tabIndex={data.current ? 0 : -1}
      aria-expanded={!data.collapsed}
      aria-label={`${word} ${data.node.name}`}
      title={word}
      onClick={(event) => {
        event.stopPropagation();
        actions.toggle(data.node.id);
      }}
    >
      <Glyph path={data.collapsed ? "m5 6.5 3 3 3-3" : "m5 9.5 3-3 3 3"} size={14} stroke={1.8} />
    </button>
  );
}

/** The class names that carry an execution's and a diff's colours. */
function looks(data: CardData): string {
  const { fate, change } = data;
  const tone = fate === "none" ? "" : fate === "skipped" ? " is-skipped" : ` is-${statusLook(fate.status).tone}`;
  const running =
    typeof fate === "object" && (fate.status === "RUNNING" || fate.status === "RETRYING") ? " is-live" : "";
  return `${tone}${running}${change === null ? "" : ` is-${change}`}${data.mark?.level === "error" ? " has-error" : ""}`;
}

/** What makes a card a button for keyboards and screen readers; while it holds the rename field it is none. */
const focusable = (data: CardData, selected: boolean) =>
  data.renaming
    ? { "data-card": data.node.id }
    : {
        role: "button",
        tabIndex: data.current ? 0 : -1,
        "aria-pressed": selected,
        "data-card": data.node.id,
      };

/** `reusedNodes` keeps the data of a card that says the same. */
const saysTheSame = (one: NodeProps<CardNode>, two: NodeProps<CardNode>): boolean =>
  one.data === two.data && one.selected === two.selected;

export const StateCard = memo(function StateCard({ data, selected }: NodeProps<CardNode>) {
  const folded = data.collapsed && data.node.branches.length > 0;
  const { near, watch } = useNear();
  return (
    <div {...watch} className={`card${folded ? " card-stack" : ""}${looks(data)}`} data-selected={selected}>
      <div className="card-face row gap-12 wide" {...focusable(data, selected)}>
        <StateIcon icon={data.node.icon} tone={data.node.tone} />
        <span className="stack grow may-narrow">
          <Name data={data} />
          <SubLine data={data} inside={folded ? data.inside : undefined} />
        </span>
        <Marks data={data} />
        <span className="visually-hidden">{data.unseen}</span>
      </div>
      {folded && <Fold data={data} />}
      <Ports data={data} near={near || selected} />
    </div>
  );
}, saysTheSame);

export const ContainerCard = memo(function ContainerCard({ data, selected }: NodeProps<CardNode>) {
  const { near, watch } = useNear();
  return (
    <div {...watch} className={`box${looks(data)}`} data-selected={selected}>
      <div className="box-head row">
        <div className="box-face row grow may-narrow gap-10" {...focusable(data, selected)}>
          <StateIcon icon={data.node.icon} tone={data.node.tone} size={28} />
          <Name data={data} />
          <SubLine data={data} />
          <Marks data={data} />
          <span className="visually-hidden">{data.unseen}</span>
        </div>
        <Fold data={data} />
      </div>
      {data.panels.map((panel) =>
        panel.title === "" ? null : (
          <div
            key={panel.scope}
            className="panel"
            style={{ left: panel.x, top: panel.y, width: panel.width, height: panel.height }}
          >
            <span className="panel-title size-12 medium dim">{panel.title}</span>
          </div>
        ),
      )}
      <Ports data={data} near={near || selected} />
    </div>
  );
}, saysTheSame);

/** Start and End: pills at the top, dots inside branches. */
export const Terminal = memo(function Terminal({ data }: NodeProps<CardNode>) {
  const { node } = data;
  const inner = node.scope !== "";
  const fate = data.fate === "skipped" ? " is-skipped" : "";
  const { near, watch } = useNear();
  return (
    <div
      {...watch}
      className={`${inner ? "dot" : "terminal"} is-${node.kind}${fate}`}
      title={inner ? node.name : undefined}
    >
      {!inner && (
        <>
          <span className={`terminal-mark is-${node.kind}`} aria-hidden="true" />
          {node.name}
        </>
      )}
      <Ports data={data} near={near} />
    </div>
  );
}, saysTheSame);
