/** What the designer adds to Ctrl+K: every state of the workflow, and the execution that it is mended for. */
import { type Command, usePageCommands } from "../../app/commands";
import { containersOf, describe, nameOf, walk } from "../../asl";
import { definitionOf, select, useDesigner } from "./store";
import { mendingOf } from "./test/useTests";

export const useStateCommands = (): void => usePageCommands("designer", stateCommands);

const stateCommands = (): Command[] => {
  const { workflow } = useDesigner.getState();
  const mending = workflow === null ? null : mendingOf(workflow);
  const goOn = mending && {
    id: "go on",
    group: "Executions",
    text: `Let ${mending.name} go on …`,
    keywords: "mend redrive",
  };
  const states = walk(definitionOf(useDesigner.getState())).map(({ pointer, name, state }) => ({
    id: `state ${pointer}`,
    group: "States",
    text: name,
    detail: [...containersOf(pointer).map(nameOf), describe(state).subtitle].join(" · "),
    run: () => select([pointer]),
  }));
  return mending && goOn ? [{ ...goOn, run: mending.goOn }, ...states] : states;
};
