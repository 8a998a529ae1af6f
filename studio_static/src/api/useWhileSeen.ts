/** Asking again every so often, while the page is seen; and at once when it is seen again. */
import { useEffect } from "react";

/** `load` every `ms` milliseconds, null never. With `atOnce` the first time now. Its signal ends with the component. */
export function useWhileSeen(load: (signal: AbortSignal) => Promise<void>, ms: number | null, atOnce = false): void {
  useEffect(() => {
    if (ms === null) return;
    const control = new AbortController();
    let timer = 0;
    const turn = async () => {
      if (document.visibilityState === "visible") await load(control.signal);
      if (!control.signal.aborted) timer = window.setTimeout(turn, ms);
    };
    const seen = () => {
      if (document.visibilityState === "visible") void load(control.signal);
    };
    if (atOnce) void turn();
    else timer = window.setTimeout(turn, ms);
    document.addEventListener("visibilitychange", seen);
    return () => {
      control.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [load, ms, atOnce]);
}
