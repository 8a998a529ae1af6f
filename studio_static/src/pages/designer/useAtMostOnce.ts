/** The Task states whose call is never repeated when its outcome is unknown: `at_most_once` of the document. */
import { type Json, own } from "../../asl";
import { documentOf, editDocument, useDesigner } from "./store";

interface AtMostOnce {
  readonly names: readonly Json[];
  readonly set: (name: string, isOn: boolean) => void;
}

export function useAtMostOnce(): AtMostOnce {
  const listed = useDesigner((state) => own(documentOf(state), "at_most_once"));
  const names = Array.isArray(listed) ? listed : [];
  const set = (name: string, isOn: boolean): void => {
    const next = isOn ? [...names, name] : names.filter((each) => each !== name);
    editDocument(
      isOn ? `Call ${name} at most once` : `Let ${name} be repeated`,
      "at_most_once",
      next.length === 0 ? undefined : next,
    );
  };
  return { names, set };
}
