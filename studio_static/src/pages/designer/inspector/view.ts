/** How states are edited, as it was chosen last in this tab of the browser: the next selected state is shown so too. */

const VIEWS = ["form", "json", "both"] as const;
export type View = (typeof VIEWS)[number];

const KEY = "automate.inspector";

/** Null until something is chosen: then the room decides. */
export function chosenView(): View | null {
  try {
    const kept = sessionStorage.getItem(KEY);
    return VIEWS.find((view) => view === kept) ?? null;
  } catch {
    // A browser without storage forgets it.
    return null;
  }
}

export function chooseView(view: View): void {
  try {
    sessionStorage.setItem(KEY, view);
  } catch {
    // Nothing depends on it.
  }
}
