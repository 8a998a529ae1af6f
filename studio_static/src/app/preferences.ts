/** What a person chose and finds again: theme, clock, side navigation. Kept in the browser. */
import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Theme = "light" | "dark" | "auto";
export type Clock = "utc" | "local";

export interface Preferences {
  theme: Theme;
  clock: Clock;
  navigationOpen: boolean;
  setTheme: (theme: Theme) => void;
  setClock: (clock: Clock) => void;
  setNavigationOpen: (open: boolean) => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: "auto",
      clock: "utc",
      navigationOpen: true,
      setTheme: (theme) => set({ theme }),
      setClock: (clock) => set({ clock }),
      setNavigationOpen: (navigationOpen) => set({ navigationOpen }),
    }),
    // public/ahead.js reads this key before the first paint.
    { name: "automate.preferences" },
  ),
);
