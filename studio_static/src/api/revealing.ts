/**
 * Which executions' hidden fields are shown, and for which reason; a delivery has the id of what it starts. It is kept in
 * memory alone: a page that is loaded anew hides them again. The client sends the reason with what reveals; the audit log
 * has it.
 */
import { create } from "zustand";

const PART = "(?:/(?:history|steps|logs|payload)(?:/[^/?]+)?)?";
const REVEALING = new RegExp(`^(?:/executions/([^/?]+)${PART}|/deliveries/([^/?]+))(?:\\?.*)?$`);

interface Revealed {
  /** By the execution's id, as an address has it. */
  reasons: Readonly<Record<string, string>>;
}

const useReasons = create<Revealed>(() => ({ reasons: {} }));

/** The reason for which the execution's hidden fields are shown; undefined: they are hidden. */
export function useReason(id: string): string | undefined {
  return useReasons((state) => state.reasons[encodeURIComponent(id)]);
}

export function reveal(id: string, reason: string): void {
  useReasons.setState(({ reasons }) => ({ reasons: { ...reasons, [encodeURIComponent(id)]: reason } }));
}

export function hide(id: string): void {
  useReasons.setState(({ reasons }) => {
    const { [encodeURIComponent(id)]: _hidden, ...rest } = reasons;
    return { reasons: rest };
  });
}

/** The reason to send with a GET of `address`; null: it shows nothing that is hidden, or it is to stay so. */
export function reasonFor(address: string): string | null {
  const [, execution, delivery] = REVEALING.exec(address) ?? [];
  const id = execution ?? delivery;
  return (id !== undefined && useReasons.getState().reasons[id]) || null;
}
