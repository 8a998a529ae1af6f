/** The theme on the page: Cloudscape's dark mode is a class on the body, ours an attribute of the root element. */
import { applyMode, disableMotion, Mode } from "@cloudscape-design/global-styles";
import { useEffect, useSyncExternalStore } from "react";
import { usePreferences } from "./preferences";

function media(query: string) {
  const list = window.matchMedia(query);
  return {
    subscribe: (changed: () => void) => {
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    read: () => list.matches,
  };
}

const dark = media("(prefers-color-scheme: dark)");
const still = media("(prefers-reduced-motion: reduce)");

/** Whether the page is dark now. */
export function useIsDark(): boolean {
  const theme = usePreferences((state) => state.theme);
  const system = useSyncExternalStore(dark.subscribe, dark.read);
  return theme === "dark" || (theme === "auto" && system);
}

/** Whether the person asked for less motion. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(still.subscribe, still.read);
}

/** Puts theme and motion on the page; called once, by the app. */
export function useAppliedTheme(): void {
  const isDark = useIsDark();
  const reduced = useReducedMotion();
  useEffect(() => {
    applyMode(isDark ? Mode.Dark : Mode.Light);
    document.documentElement.dataset.mode = isDark ? "dark" : "light";
  }, [isDark]);
  useEffect(() => disableMotion(reduced), [reduced]);
}
