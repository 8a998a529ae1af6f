/** A page that has the window under the shell to itself: as high as the messages over it leave room for. */
import { type ReactNode, useEffect, useRef } from "react";
import { MESSAGES } from "../app/page";

export function FullBleed({ className, children }: { className: string; children: ReactNode }) {
  const room = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const page = room.current;
    const messages = document.getElementById(MESSAGES);
    if (page === null || messages === null) return;
    const watch = new ResizeObserver(() => {
      if (messages.offsetHeight === 0) page.style.removeProperty("--full-bleed-top");
      else page.style.setProperty("--full-bleed-top", `${page.getBoundingClientRect().top + window.scrollY}px`);
    });
    // What it stands in has a padding only while there are messages, a moment after them.
    for (let at: HTMLElement | null = messages; at !== null && at.tagName !== "MAIN"; at = at.parentElement)
      watch.observe(at, { box: "border-box" });
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={room} className={`${className} full-bleed`}>
      {children}
    </div>
  );
}
