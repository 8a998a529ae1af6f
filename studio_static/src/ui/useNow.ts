/** The time, again and again. */
import { useEffect, useState } from "react";

/** Now in milliseconds, anew every so many; with null it stays as it was. */
export function useNow(every: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (every === null) return;
    const timer = window.setInterval(() => setNow(Date.now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return now;
}
