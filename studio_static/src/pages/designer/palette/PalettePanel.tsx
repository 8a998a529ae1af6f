/** The palette in the left column. */
import { PaletteList } from "./PaletteList";
import { insertItem } from "./usePalette";

export function PalettePanel() {
  return <PaletteList fieldId="dz-find" onTake={(item) => insertItem(item)} />;
}
