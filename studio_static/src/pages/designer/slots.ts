/**
 * What the designer gives to the panels that others write: testing, the copilot, publishing, the Rule Tester. Each is a
 * chunk of its own, loaded when it is first opened, and gets one object. A panel never writes to the store: it asks.
 */
import type { Definition, JsonObject, Place, StatePointer } from "../../asl";
import type { ScreenPoint } from "../../canvas/commands";
import type { Overlay } from "../../canvas/overlay";
import type { ConnectorList } from "./palette/items";
import type { Problem } from "./problems/problems";

export type Tab = "design" | "code" | "test" | "rules" | "versions";

/** The dialog that is open over the designer. */
export type Opened = "publish" | "settings" | "start" | null;

/** Where a new step goes and where on the screen its palette opens. */
export interface Choosing {
  readonly place: Place;
  readonly at: ScreenPoint;
}

/** What the copilot is asked for, from anywhere in the designer. */
export type CopilotRequest =
  | { readonly kind: "draft"; readonly text: string }
  | { readonly kind: "explain"; readonly state: StatePointer | null }
  | { readonly kind: "fix"; readonly problem: Problem }
  | { readonly kind: "errors"; readonly states: readonly StatePointer[] };

export interface Slot {
  readonly workflow: string;
  /** The draft as it stands on the page, saved or not. */
  readonly document: JsonObject;
  /** Its definition. */
  readonly definition: Definition;
  /** Pointers into the definition, such as `/States/Pay`; null for none or several. */
  readonly selected: StatePointer | null;
  readonly selection: readonly StatePointer[];
  /** The engine's diagnostics and the page's advice, errors first. */
  readonly problems: readonly Problem[];
  /** Whether `problems` are those of the document as it stands. */
  readonly checked: boolean;
  readonly connectors: ConnectorList | null;
  /** The draft's ETag as last saved. Call `save` first where the server must have the document as it stands. */
  readonly etag: string | null;
  readonly saved: boolean;
  readonly activeVersion: number | null;

  /** Change the document: one step of the history, called `name`, undone at once by Ctrl+Z. */
  readonly apply: (edit: (document: JsonObject) => JsonObject, name: string) => void;
  /** Save now; resolves with whether the server has the document as it stands. */
  readonly save: () => Promise<boolean>;
  readonly select: (selection: readonly StatePointer[]) => void;
  readonly show: (tab: Tab) => void;
  /** Statuses over the canvas (`overlaySteps` of src/canvas makes them of steps); null takes them away. */
  readonly setOverlay: (overlay: Overlay | null) => void;
  readonly ask: (request: CopilotRequest) => void;
}

/** The copilot's panel also gets what was asked elsewhere: a problem's "Fix with the copilot", a card's menu. */
export interface CopilotSlot extends Slot {
  readonly request: CopilotRequest | null;
  /** The request was taken up. */
  readonly onTaken: () => void;
}

/** A dialog over the designer: shown while it is mounted. */
export interface DialogSlot extends Slot {
  readonly onClose: () => void;
}
