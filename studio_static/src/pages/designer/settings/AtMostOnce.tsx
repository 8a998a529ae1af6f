/** Task states whose call is never repeated when its outcome is unknown. */
import { useMemo } from "react";
import { own, typeOf, walk } from "../../../asl";
import { Part } from "../forms/controls";
import { definitionOf, documentOf, editDocument, useDesigner } from "../store";

export function AtMostOnce() {
  const definition = useDesigner(definitionOf);
  const listed = useDesigner((state) => own(documentOf(state), "at_most_once"));
  const names = Array.isArray(listed) ? listed : [];
  const tasks = useMemo(
    () => [...walk(definition)].filter(({ state }) => typeOf(state) === "Task").map(({ name }) => name),
    [definition],
  );
  const set = (name: string, isOn: boolean): void => {
    const next = isOn ? [...names, name] : names.filter((each) => each !== name);
    editDocument(
      isOn ? `Call ${name} at most once` : `Let ${name} be repeated`,
      "at_most_once",
      next.length === 0 ? undefined : next,
    );
  };
  return (
    <Part title="At most once" summary={names.length === 0 ? "no step" : names.join(", ")}>
      <p className="dz-quiet">
        When a worker dies in the middle of a call, nobody knows whether it was done. Such a step is called again,
        unless it is chosen here: then it fails with Automate.OutcomeUnknown.
      </p>
      <div className="dz-grid">
        {tasks.map((name) => (
          <label key={name} className="dz-check">
            <input
              type="checkbox"
              checked={names.includes(name)}
              onChange={(event) => set(name, event.target.checked)}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </Part>
  );
}
