/** Ctrl+K: pages, workflows, executions, connectors and their actions, and what the open page adds. */
import "./palette.css";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { ConnectorList, ExecutionList, WorkflowList } from "../api/schema";
import { useApi } from "../api/useApi";
import { statusLook } from "../ui/status";
import { type Command, score, useCommands } from "./commands";
import { executionHref, go, workflowHref } from "./links";
import { type Me, useMe } from "./me";
import { navigationOf } from "./routes";

const SHOWN_PER_GROUP = 7;

const open = (address: string) => () => go(address);

function useAll(): Command[] {
  const workflows = useApi<WorkflowList>("/workflows");
  const executions = useApi<ExecutionList>("/executions?limit=100");
  const connectors = useApi<ConnectorList>("/connectors");
  const ofPages = useCommands((state) => state.ofPages);
  const me = useMe();
  return useMemo(
    () => [
      ...[...ofPages.values()].flatMap((list) => list()),
      ...pages(me),
      ...(workflows.data?.workflows ?? []).map(
        (each): Command => ({
          id: `workflow ${each.name}`,
          group: "Workflows",
          text: each.name,
          detail: each.description,
          run: open(workflowHref(each.name)),
        }),
      ),
      ...(executions.data?.executions ?? []).map(
        (each): Command => ({
          id: `execution ${each.id}`,
          group: "Executions",
          text: each.name,
          detail: `${statusLook(each.status).word} · ${each.workflow}`,
          keywords: `${each.business_key ?? ""} ${each.error ?? ""}`,
          run: open(executionHref(each.id)),
        }),
      ),
      ...(connectors.data?.connectors ?? []).flatMap((each) => [
        {
          id: `connector ${each.code}`,
          group: "Connectors",
          text: each.name,
          detail: each.description,
          keywords: each.code,
          run: open(`/connectors/?connector=${encodeURIComponent(each.code)}`),
        },
        ...each.actions.map((action) => ({
          id: `action ${action.resource}`,
          group: "Actions",
          text: `${each.name} · ${action.name}`,
          detail: action.description,
          keywords: action.resource,
          run: open(`/connectors/?connector=${encodeURIComponent(each.code)}#${encodeURIComponent(action.name)}`),
        })),
      ]),
    ],
    [workflows.data, executions.data, connectors.data, ofPages, me],
  );
}

function pages(me: Me | null): Command[] {
  return navigationOf(me).flatMap((item) =>
    item === null
      ? []
      : [
          {
            id: `page ${item.href}`,
            group: "Pages",
            text: item.text,
            keywords: item.keywords,
            run: open(item.href),
          },
        ],
  );
}

/** The best of each group, groups in the order of their best. */
export function found(commands: readonly Command[], query: string): Command[] {
  const groups = new Map<string, { command: Command; points: number }[]>();
  for (const command of commands) {
    const points = score(command, query);
    if (points === null) continue;
    const group = groups.get(command.group) ?? [];
    group.push({ command, points });
    groups.set(command.group, group);
  }
  const sorted = [...groups.values()].map((group) =>
    group.sort((a, b) => b.points - a.points).slice(0, SHOWN_PER_GROUP),
  );
  if (query.trim() !== "") sorted.sort((a, b) => (b[0]?.points ?? 0) - (a[0]?.points ?? 0));
  return sorted.flat().map(({ command }) => command);
}

export default function Palette() {
  const setOpen = useCommands((state) => state.setOpen);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const all = useAll();
  const shown = useMemo(() => found(all, query), [all, query]);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const close = useCallback(() => setOpen(false), [setOpen]);
  const take = (command: Command | undefined) => {
    if (command === undefined) return;
    close();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 7, PageUp: -7 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      setActive((old) =>
        Math.abs(step) === 1
          ? (old + step + shown.length) % shown.length
          : Math.max(0, Math.min(shown.length - 1, old + step)),
      );
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(shown[active]);
    }
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Find anything"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <input
        className="palette-input size-16 wide"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[active] ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        aria-label="Find workflows, executions, connectors, pages"
        placeholder="Find workflows, executions, connectors, pages …"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKey}
        spellCheck={false}
      />
      <div
        ref={list}
        id={`${id}-list`}
        className="palette-list"
        role="listbox"
        aria-label="What was found"
        tabIndex={-1}
      >
        {shown.map((command, index) => (
          <div key={command.id}>
            {command.group !== shown[index - 1]?.group && (
              <div className="palette-group size-12 strong dim" role="presentation">
                {command.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's */}
            <div
              id={`${id}-${index}`}
              data-index={index}
              className="palette-item flex gap-12 size-14"
              role="option"
              aria-selected={index === active}
              tabIndex={-1}
              onClick={() => take(command)}
              onMouseMove={() => setActive(index)}
            >
              <span className="one-line palette-text">{command.text}</span>
              {command.detail && <span className="one-line may-narrow size-13 soft">{command.detail}</span>}
            </div>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="palette-none soft flush">Nothing has such a name.</p>}
      <div className="palette-keys size-12 dim" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> to choose <kbd>Enter</kbd> to open <kbd>Esc</kbd> to close
      </div>
    </dialog>
  );
}
