/** The size of an element, kept up with it; null before it is known. */
import { type RefObject, useLayoutEffect, useState } from "react";
import type { Pane } from "./view";

export function usePane(element: RefObject<HTMLElement | null>): Pane | null {
  const [pane, setPane] = useState<Pane | null>(null);
  useLayoutEffect(() => {
    const found = element.current;
    if (found === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = found;
      if (width > 0 && height > 0)
        setPane((last) => (last?.width === width && last.height === height ? last : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(found);
    return () => observer.disconnect();
  }, [element]);
  return pane;
}
