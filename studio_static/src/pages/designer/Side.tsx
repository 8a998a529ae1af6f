/** The left column: folded to a strip where there is no room for it. */
import type { ReactNode } from "react";

interface SideProps {
  label: string;
  isOpen: boolean;
  onToggle: (open: boolean) => void;
  children: ReactNode;
}

export function Side({ label, isOpen, onToggle, children }: SideProps) {
  return (
    <aside className={isOpen ? "dz-left" : "dz-left dz-left-folded"} aria-label={label}>
      <button
        type="button"
        className="dz-fold"
        aria-expanded={isOpen}
        aria-label={isOpen ? "Fold the palette" : "Unfold the palette"}
        title={isOpen ? "Fold the palette" : "Unfold the palette ( / )"}
        onClick={() => onToggle(!isOpen)}
      >
        <span aria-hidden="true">{isOpen ? "«" : "»"}</span>
      </button>
      {isOpen && <div className="dz-left-inside">{children}</div>}
    </aside>
  );
}
