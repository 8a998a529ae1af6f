/**
 * The designer's state: one workflow's document with its history, what is selected, and what is known about it.
 *
 *     edit ─► history ─► document ─┬─► saver ─► server (If-Match)
 *                                  ├─► check ─► problems ─► marks, list
 *                                  └─► canvas, form, editors
 *
 * The document here is always an object with a definition that can be drawn. A text that is not JSON stays in its editor
 * (`broken` says so); the last good document goes on being the document.
 */

import { create } from "zustand";
import { ApiError } from "../../api/errors";
import type { ScheduleTimes } from "../../api/schema";
import { notify, notifyError } from "../../app/flash";
import { whyNotNow } from "../../app/me";
import {
  changeState,
  type Definition,
  type EdgeId,
  EditError,
  type Edited,
  endGroup,
  forgetStates,
  type History,
  isObject,
  type JsonObject,
  nameOf,
  newHistory,
  newStates,
  own,
  record,
  redo,
  renameInDocument,
  type StateObject,
  type StatePointer,
  stateAt,
  stateNames,
  statesThatSay,
  undo,
  withEntry,
} from "../../asl";
import { applyCommand, type CanvasCommand } from "../../canvas/commands";
import type { Overlay } from "../../canvas/overlay";
import { type ConnectorList, resourcesOf } from "./palette/items";
import type { Finding, Problem } from "./problems/problems";
import { problemsOf } from "./problems/problems";
import { type DraftAnswer, getDraft, getVersion, getWorkflow, putDraft, saveWhileLeaving } from "./saving/api";
import { type Backup, keepBackup, readBackup, writeBackup } from "./saving/backup";
import { merge, sameJson } from "./saving/merge";
import { Saver, type SaverPorts, type SaveState } from "./saving/saver";
import type { Choosing, CopilotRequest } from "./slots";

/** A text that is no JSON, or no state, in one of the editors. */
interface Broken {
  readonly editor: "state" | "definition";
  readonly message: string;
  readonly line: number;
}

/** Someone else's draft, which ours may not overwrite. */
export interface Theirs {
  readonly document: JsonObject;
  readonly etag: string;
  readonly by: string;
  readonly at: string | null;
}

interface DesignerState {
  readonly workflow: string | null;
  readonly history: History<JsonObject>;
  readonly selection: readonly StatePointer[];
  /** A selected line: no state is selected then. */
  readonly edge: EdgeId | null;
  readonly broken: Broken | null;
  readonly save: SaveState;
  /** The draft as the server has it. */
  readonly savedDocument: JsonObject;
  readonly theirs: Theirs | null;
  readonly activeVersion: number | null;
  readonly activeDocument: JsonObject | null;
  readonly problems: readonly Problem[];
  /** Whether `problems` are those of the document as it stands. */
  readonly checked: boolean;
  readonly findings: readonly Finding[];
  /** When each schedule of the document that was checked last comes next. */
  readonly schedules: readonly ScheduleTimes[];
  readonly connectors: ConnectorList | null;
  /** Statuses over the canvas. */
  readonly overlay: Overlay | null;
  /** What the copilot was asked for and has not taken up. */
  readonly request: CopilotRequest | null;
  /** The palette that is open where a new step goes. */
  readonly choosing: Choosing | null;
}

const EMPTY: JsonObject = { name: "", definition: {} };

const START: DesignerState = {
  workflow: null,
  history: newHistory(EMPTY),
  selection: [],
  edge: null,
  broken: null,
  save: { kind: "saved", at: 0 },
  savedDocument: EMPTY,
  theirs: null,
  activeVersion: null,
  activeDocument: null,
  problems: [],
  checked: false,
  findings: [],
  schedules: [],
  connectors: null,
  overlay: null,
  request: null,
  choosing: null,
};

export const useDesigner = create<DesignerState>(() => START);

const set = useDesigner.setState;
const now = useDesigner.getState;
let saver: Saver | null = null;

/** The document as it stands. */
export const documentOf = (state: DesignerState): JsonObject => state.history.present;

/** Its definition; an empty one where there is none. */
export function definitionOf(state: DesignerState): Definition {
  return definitionIn(state.history.present);
}

const NO_DEFINITION: Definition = {};

export function definitionIn(document: JsonObject): Definition {
  const found = own(document, "definition");
  return isObject(found) ? found : NO_DEFINITION;
}

/** The one selected state, or null for none or several. */
export function onlySelected(state: DesignerState): StatePointer | null {
  const [only] = state.selection;
  return state.selection.length === 1 && only !== undefined ? only : null;
}

export const kindOf = (document: JsonObject): "STANDARD" | "EXPRESS" =>
  own(document, "kind") === "EXPRESS" ? "EXPRESS" : "STANDARD";

/** Whether the draft says something else than the active version does; null while that is not known. */
export function hasChanges(state: DesignerState): boolean | null {
  if (state.activeVersion === null) return true;
  if (state.activeDocument === null) return null;
  return !sameJson(published(documentOf(state)), published(state.activeDocument));
}

/** A document without what never is part of a version. */
function published(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== "studio"));
}

// --- opening and closing ---

/**
 * Load a workflow's draft. Throws ApiError. What was not saved when the page was last left is taken up again; where the
 * draft was changed elsewhere since, that is a conflict like any other.
 */
export async function openWorkflow(workflow: string): Promise<void> {
  opening = workflow;
  const [draft, row] = await Promise.all([getDraft(workflow), getWorkflow(workflow)]);
  if (opening !== workflow) return;
  const backup = takenUp(workflow, draft.document);
  const isStale = backup !== null && backup.etag !== draft.etag;
  saver?.close();
  saver = new Saver(
    isStale ? backup.base : draft.document,
    isStale ? backup.etag : draft.etag,
    timeOf(draft.updated_at),
    portsOf(workflow),
  );
  set({
    ...START,
    connectors: now().connectors,
    request: now().request,
    workflow,
    history: newHistory(draft.document),
    savedDocument: saver.saved,
    save: saver.state,
  });
  void setActive(workflow, row.body.active_version || null);
  if (backup === null) return;
  apply("Take up what was not saved", backup.document);
  if (isStale) {
    saver.dispute();
    set({ theirs: theirsOf(draft) });
  } else {
    notify({ type: "info", content: "Edits that were not saved when you left are here again. Undo removes them." });
  }
}

let opening: string | null = null;

/**
 * This version is the active one: as it was opened, published or rolled back to. What it says is read, to know whether
 * the draft is another.
 */
export async function setActive(workflow: string, version: number | null): Promise<void> {
  if (now().workflow !== workflow) return;
  set({ activeVersion: version, activeDocument: null });
  if (version === null) return;
  try {
    const { document } = await getVersion(workflow, version);
    if (now().workflow === workflow && now().activeVersion === version) set({ activeDocument: document });
  } catch {
    // Publishing stays possible: the server says it when nothing changed.
  }
}

const timeOf = (text: string | null): number => (text === null ? Date.now() : Date.parse(text));

function portsOf(workflow: string): SaverPorts {
  return {
    put: async (document, etag) => {
      const why = whyNotNow("edit");
      if (why !== undefined) throw new ApiError(403, { code: "NotAllowed", message: why });
      const answer = await putDraft(workflow, document, etag);
      return { etag: answer.etag, at: timeOf(answer.updated_at) };
    },
    backup: (document) => {
      if (document === null) keepBackup(workflow, null);
      else if (saver !== null) keepBackup(workflow, { document, base: saver.saved, etag: saver.currentEtag });
    },
    changed: (save) => void saveChanged(workflow, save),
  };
}

/** What was not saved when the page was last left; null where the draft has it by now, with or without others' edits. */
function takenUp(workflow: string, document: JsonObject): Backup | null {
  const backup = readBackup(workflow);
  if (backup === null) return null;
  const { value, clashes } = merge(backup.base, backup.document, document);
  if (clashes.length > 0 || !sameJson(value, document)) return backup;
  keepBackup(workflow, null);
  return null;
}

/** Leave the workflow: what is not saved yet is sent, and kept in the browser until it is. */
export function closeWorkflow(): void {
  const leaving = saver;
  saver = null;
  opening = null;
  set({ workflow: null });
  if (leaving !== null) void leaving.flush().finally(() => leaving.close());
}

/** The page goes away: the last moment to send something. */
export function leavePage(): void {
  const { workflow, save, history } = now();
  writeBackup();
  if (saver === null || workflow === null || save.kind === "saved" || save.kind === "conflict") return;
  saveWhileLeaving(workflow, history.present, saver.currentEtag);
}

// --- edits ---

/** The document is now `document`: one step of the history, saved and checked in a moment. */
export function apply(label: string, document: JsonObject, group: string | null = null): void {
  const { history } = now();
  const next = record(history, label, document, group);
  if (next === history) return;
  become(next);
}

function become(history: History<JsonObject>): void {
  const { selection, history: old } = now();
  const changed = definitionIn(old.present) !== definitionIn(history.present);
  const definition = definitionIn(history.present);
  const alive = selection.filter((pointer) => stateAt(definition, pointer) !== undefined);
  set({
    history,
    ...(alive.length === selection.length ? {} : { selection: alive }),
    ...(changed ? { problems: problemsIn(definition, now().findings), checked: false } : {}),
  });
  saver?.change(history.present);
}

/** Run an edit of the definition; one that cannot be done is said in a message. Returns whether it was done. */
export function edit(change: (definition: Definition) => Edited): boolean {
  return attempt(() => {
    const document = documentOf(now());
    const edited = change(definitionIn(document));
    const gone = goneNames(definitionIn(document), edited.definition);
    const next = withEntry(document, "definition", edited.definition);
    if (edited.definition !== definitionIn(document))
      apply(edited.label, gone.size > 0 ? forgetStates(next, gone) : next);
    set({ selection: edited.selected, edge: null });
  });
}

/** Do what a canvas asks for, where that is an edit. */
export const runCommand = (command: CanvasCommand): boolean =>
  edit((definition) => applyCommand(definition, command) ?? { definition, label: "", selected: [] });

/** Do an edit; one that cannot be done is said in a message. Whether it was done. */
function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    if (!(thrown instanceof EditError)) throw thrown;
    notify({ id: "edit", type: "warning", ofPage: true, header: thrown.message, content: thrown.advice });
    return false;
  }
}

function goneNames(before: Definition, after: Definition): Set<string> {
  const left = stateNames(after);
  return new Set([...stateNames(before)].filter((name) => !left.has(name)));
}

/** Change the definition as a whole, as its editor does. */
export function editDefinition(label: string, definition: Definition, group: string | null = null): void {
  apply(label, withEntry(documentOf(now()), "definition", definition), group);
}

/** Change one state. Edits of the same `field` in a row are one step of the history. */
export function editState(
  pointer: StatePointer,
  label: string,
  change: (state: StateObject) => StateObject,
  field: string | null = null,
): void {
  const definition = definitionOf(now());
  if (stateAt(definition, pointer) === undefined) return;
  editDefinition(label, changeState(definition, pointer, change), field === null ? null : `${pointer} ${field}`);
}

/** Change a field of the document itself; undefined removes it. */
export function editDocument(label: string, key: string, value: JsonObject[string] | undefined, group = false): void {
  const document = documentOf(now());
  const next =
    value === undefined
      ? Object.fromEntries(Object.entries(document).filter(([name]) => name !== key))
      : withEntry(document, key, value);
  apply(label, next, group ? `/${key}` : null);
}

/** Rename a state, and everything that speaks of it. */
export function rename(pointer: StatePointer, name: string): boolean {
  if (name.trim() === nameOf(pointer)) return true;
  return attempt(() => {
    const edited = renameInDocument(documentOf(now()), pointer, name);
    apply(edited.label, edited.document);
    set({ selection: edited.selected });
    const left = statesThatSay(definitionIn(edited.document), nameOf(pointer));
    if (left.length > 0)
      notify({
        id: "edit",
        type: "info",
        header: `Expressions still say “${nameOf(pointer)}”`,
        content: `Look at ${left.join(", ")}: where that text means the state, write “${name.trim()}”.`,
      });
  });
}

/** The next edit is a step of its own even in the same field. */
export function pauseTyping(): void {
  set({ history: endGroup(now().history) });
}

export const undoEdit = (): void => undoSteps(1);

export const redoEdit = (): void => goTo(redo(now().history));

/** Go back so many steps at once. */
export function undoSteps(steps: number): void {
  let { history } = now();
  for (let left = steps; left > 0; left -= 1) history = undo(history);
  goTo(history);
}

/** Another moment of the history. What comes back by it is selected, and so comes into sight. */
function goTo(history: History<JsonObject>): void {
  const before = definitionIn(documentOf(now()));
  become(history);
  const back = newStates(before, definitionOf(now()));
  if (back.length > 0) select(back);
}

export function select(selection: readonly StatePointer[]): void {
  const old = now().selection;
  if (old.length === selection.length && old.every((pointer, index) => pointer === selection[index])) return;
  set(selection.length === 0 ? { selection } : { selection, edge: null });
}

export function selectEdge(edge: EdgeId | null): void {
  if (now().edge !== edge) set(edge === null ? { edge } : { edge, selection: [] });
}

export function setBroken(editor: Broken["editor"], broken: Omit<Broken, "editor"> | null): void {
  const old = now().broken;
  if (broken !== null) set({ broken: { editor, ...broken } });
  else if (old?.editor === editor) set({ broken: null });
}

export const setOverlay = (overlay: Overlay | null): void => set({ overlay });

/** Ask the copilot; null once it has taken the request up. */
export const ask = (request: CopilotRequest | null): void => set({ request });

/** Open the palette where a new step goes; null closes it. */
export const choose = (choosing: Choosing | null): void => set({ choosing });

// --- what the server says ---

export function setConnectors(connectors: ConnectorList): void {
  set({ connectors });
  refreshProblems(now().findings, now().checked);
}

/** The engine's findings about `definition`; late ones, about an older text, still show and are replaced soon. */
export function setFindings(
  definition: Definition,
  findings: readonly Finding[],
  schedules: readonly ScheduleTimes[] = [],
): void {
  set({ schedules });
  refreshProblems(findings, definition === definitionOf(now()));
}

function refreshProblems(findings: readonly Finding[], checked: boolean): void {
  set({ findings, checked, problems: problemsIn(definitionOf(now()), findings) });
}

const problemsIn = (definition: Definition, findings: readonly Finding[]): Problem[] =>
  problemsOf(definition, findings, resourcesOf(now().connectors?.connectors ?? []));

// --- saving ---

const theirsOf = (draft: DraftAnswer): Theirs => ({
  document: draft.document,
  etag: draft.etag,
  by: draft.updated_by,
  at: draft.updated_at,
});

async function saveChanged(workflow: string, save: SaveState): Promise<void> {
  if (now().workflow !== workflow) return;
  set({ save, savedDocument: saver?.saved ?? now().savedDocument });
  if (save.kind === "conflict" && now().theirs === null) await showConflict(workflow);
}

/** Fetch what the draft now is, for a person to choose. */
export async function showConflict(workflow: string): Promise<void> {
  try {
    const draft = await getDraft(workflow);
    set({ theirs: theirsOf(draft) });
  } catch (thrown) {
    notifyError(thrown, "The draft was changed elsewhere, and could not be read");
  }
}

/** Where somebody else saved the draft and nothing was done here since, it is theirs that is shown. */
export async function lookElsewhere(): Promise<void> {
  const keeper = saver;
  const { workflow } = now();
  if (keeper?.state.kind !== "saved" || workflow === null) return;
  const draft = await getDraft(workflow).catch(() => null);
  pauseTyping();
  if (draft === null || saver !== keeper || keeper.state.kind !== "saved" || draft.etag === keeper.currentEtag) return;
  keeper.adopt(draft.document, draft.etag, timeOf(draft.updated_at));
  apply(`Draft of ${draft.updated_by || "somebody else"}`, draft.document);
  notify({ type: "info", content: "This draft was saved elsewhere: it is shown as it is now." });
}

/** Save now. Resolves with whether the server has everything. */
export async function saveNow(): Promise<boolean> {
  pauseTyping();
  const state = await saver?.flush();
  return state?.kind === "saved";
}

/** The ETag of the draft as saved: what a publish names. */
export const draftEtag = (): string | null => saver?.currentEtag ?? null;

/** End a conflict: the draft becomes `document`, over theirs, which was seen. */
export async function resolveConflict(label: string, document: JsonObject): Promise<void> {
  const { theirs } = now();
  if (saver === null || theirs === null) return;
  set({ theirs: null });
  const keeper = saver;
  const resolved = keeper.resolve(document, theirs.document, theirs.etag);
  apply(label, document);
  await resolved;
}
