/** The palette at a "+": what is taken goes on that line. */
import { useEffect, useRef } from "react";
import type { Choosing } from "../slots";
import { insertItem } from "./insert";
import { PaletteList } from "./PaletteList";

const WIDTH = 280;
const HEIGHT = 420;
const GAP = 8;

export function Chooser({ choosing, onClose }: { choosing: Choosing; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const left = Math.max(GAP, Math.min(choosing.at.x + GAP, window.innerWidth - WIDTH - GAP));
  const top = Math.max(GAP, Math.min(choosing.at.y + GAP, window.innerHeight - HEIGHT - GAP));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className="dz dz-chooser flush framed on-card"
      style={{ left, top, width: WIDTH, height: HEIGHT }}
      aria-label="Insert a step here"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <PaletteList
        autoFocus
        onTake={(item) => {
          onClose();
          insertItem(item, choosing.place);
        }}
      />
    </dialog>
  );
}
