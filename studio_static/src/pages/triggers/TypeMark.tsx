/** A trigger's type: its picture and its word. */
import { StateIcon } from "../../canvas/draw/icons";
import { typeLook } from "./words";

export function TypeMark({ type }: { type: string }) {
  const { word, icon, tone } = typeLook(type);
  return (
    <span className="inline-row gap-8 nowrap">
      <StateIcon icon={icon} tone={tone} size={24} />
      <span>{word}</span>
    </span>
  );
}
