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
    <aside className={`dz-left stack firm relative on-panel${isOpen ? "" : " dz-left-folded"}`} aria-label={label}>
      <button
        type="button"
        className="dz-fold soft framed on-card"
        aria-expanded={isOpen}
        aria-label={isOpen ? "Fold the palette" : "Unfold the palette"}
        title={isOpen ? "Fold the palette" : "Unfold the palette ( / )"}
        onClick={() => onToggle(!isOpen)}
      >
        <span aria-hidden="true">{isOpen ? "«" : "»"}</span>
      </button>
      {isOpen && <div className="dz-left-inside stack grow may-shorten gap-12">{children}</div>}
    </aside>
  );
}
