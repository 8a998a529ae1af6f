/** What each part of a trigger's form gets. */
import type { Json, JsonObject } from "../../../../asl";
import type { Faults } from "./faults";

/** undefined takes the field out. */
export type SetField = (field: string, value: Json | undefined) => void;

export interface TriggerPart {
  workflow: string;
  trigger: JsonObject;
  set: SetField;
  faults: Faults;
}
