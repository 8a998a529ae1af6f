/** What a page tells the shell about itself: its title, where it is, how it wants to be laid out. */
import { useEffect } from "react";
import { create } from "zustand";

export interface Crumb {
  text: string;
  /** Within the Studio: "/executions/". Absent for the page itself. */
  href?: string;
}

export interface PageLayout {
  title: string;
  crumbs: Crumb[];
  /** "table" pages use the whole width. */
  contentType?: "default" | "table" | "form" | "cards";
}

/** The id of what holds the messages over the page. */
export const MESSAGES = "studio-messages";

/** The id of the page's beginning: who comes from another page by keyboard goes on there. */
export const BEGINNING = "studio-page";

/** Whether the focus is nowhere in particular, so that a part of the page may take it. */
export const isNowhere = (has: Element | null): boolean =>
  has === null || has === document.body || has.id === BEGINNING;

interface PageState {
  layout: PageLayout;
  set: (layout: PageLayout) => void;
}

export const usePageLayout = create<PageState>((set) => ({
  layout: { title: "Automate", crumbs: [] },
  set: (layout) => set({ layout }),
}));

/** Called by every page: sets the document's title, the breadcrumbs and the layout. */
export function usePage(layout: PageLayout): void {
  const key = JSON.stringify(layout);
  useEffect(() => {
    const given = JSON.parse(key) as PageLayout;
    usePageLayout.getState().set(given);
    document.title = given.title === "Automate" ? "Automate" : `${given.title} · Automate`;
  }, [key]);
}
