/**
 * What the copilot's card knows besides the conversation, for as long as the draft is open: the text that is not sent yet,
 * and which proposals were applied. The card itself comes and goes, as when its column is folded or a phone is turned.
 */
import { create } from "zustand";

interface Kept {
  readonly text: string;
  /** The step of the history that applied a turn's proposal, by the turn's number. */
  readonly applied: ReadonlyMap<number, string>;
}

const NOTHING: Kept = { text: "", applied: new Map() };

export const useKept = create<Kept>(() => NOTHING);

export const keepText = (text: string): void => useKept.setState({ text });

export const keepApplied = (turn: number, label: string): void =>
  useKept.setState(({ applied }) => ({ applied: new Map([...applied, [turn, label]]) }));

/** Turns are counted anew after a deletion. */
export const forgetApplied = (): void => useKept.setState({ applied: NOTHING.applied });

/** Another draft is opened, or none. */
export const keepNothing = (): void => useKept.setState(NOTHING);
