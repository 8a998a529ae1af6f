/** Who is signed in, where, and what they may do: asked once by the shell, known to every page. */
import { useEffect } from "react";
import { create } from "zustand";
import type { ApiError } from "../api/errors";
import type { Me, Right } from "../api/schema";
import { useApi } from "../api/useApi";
import { ROLE_OF_RIGHT } from "../facts";

export type { Me, Right };

interface Known {
  readonly me: Me | null;
  /** Why it is not known yet. */
  readonly error: ApiError | null;
  readonly askAgain: () => void;
}

const useKnown = create<Known>(() => ({ me: null, error: null, askAgain: () => undefined }));
const AGAIN_MS = 4000;

/** Asks until it is known; for the shell alone. */
export function useAskedMe(): Me | null {
  const isKnown = useMe() !== null;
  const { data, error, reload } = useApi<Me>("/me", { poll: isKnown ? null : AGAIN_MS });
  useEffect(() => {
    useKnown.setState({ error, askAgain: () => void reload(), ...(data === null ? {} : { me: data }) });
  }, [data, error, reload]);
  return data;
}

/** Why it is not known who is signed in, and how that is asked again; null while nothing went wrong. */
export function useUnknownMe(): (Pick<Known, "askAgain"> & { error: ApiError }) | null {
  const { me, error, askAgain } = useKnown();
  return me === null && error !== null ? { error, askAgain } : null;
}

/** Null until it is known. */
export function useMe(): Me | null {
  return useKnown((state) => state.me);
}

/** Why whoever is signed in may not do what needs `right`; undefined where they may, and until it is known. */
export function useWhyNot(right: Right): string | undefined {
  return whyNot(useMe(), right);
}

/** Whether it is known that they may: for what would be asked of the server without a click. */
export function useMay(right: Right): boolean {
  return useMe()?.rights.includes(right) ?? false;
}

/** The same outside of a component. */
export function whyNotNow(right: Right): string | undefined {
  return whyNot(useKnown.getState().me, right);
}

export function whyNot(me: Me | null, right: Right): string | undefined {
  if (me === null || me.rights.includes(right)) return undefined;
  return `This needs the role ${ROLE_OF_RIGHT[right]}; you ${rolesOf(me)}.`;
}

/** What a button or an item of a menu takes that does nothing, and says why. */
export function denied(why: string | undefined): { disabled?: true; disabledReason?: string } {
  return why === undefined ? {} : { disabled: true, disabledReason: why };
}

/** "are viewer", "have no role": follows "you". */
export function rolesOf({ roles }: Pick<Me, "roles">): string {
  return roles.length === 0 ? "have no role here" : `are ${roles.at(-1)}`;
}

/** How a role with `right` is given here. */
export function grantingOf(me: Me, right: Right): string {
  return me.granting.replaceAll("{role}", ROLE_OF_RIGHT[right]);
}
