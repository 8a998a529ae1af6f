import { useSyncExternalStore } from "react";

function subscribe(changed: () => void) {
  window.addEventListener("resize", changed);
  return () => window.removeEventListener("resize", changed);
}

/** Whether the window is at least so wide. */
export function useIsWide(pixels: number): boolean {
  return useSyncExternalStore(subscribe, () => window.innerWidth >= pixels);
}
