/** Task states whose call is never repeated when its outcome is unknown. */
import { useMemo } from "react";
import { typeOf, walk } from "../../../asl";
import { Check, Part } from "../forms/controls";
import { definitionOf, useDesigner } from "../store";
import { useAtMostOnce } from "../useAtMostOnce";

export function AtMostOnce() {
  const definition = useDesigner(definitionOf);
  const { names, set } = useAtMostOnce();
  const tasks = useMemo(
    () =>
      walk(definition)
        .filter(({ state }) => typeOf(state) === "Task")
        .map(({ name }) => name),
    [definition],
  );
  return (
    <Part title="At most once" summary={names.length === 0 ? "no step" : names.join(", ")}>
      <p className="dz-quiet">
        When a worker dies in the middle of a call, nobody knows whether it was done. Such a step is called again,
        unless it is chosen here: then it fails with Automate.OutcomeUnknown.
      </p>
      <div className="dz-grid">
        {tasks.map((name) => (
          <Check key={name} checked={names.includes(name)} onChange={(isOn) => set(name, isOn)}>
            {name}
          </Check>
        ))}
      </div>
    </Part>
  );
}
