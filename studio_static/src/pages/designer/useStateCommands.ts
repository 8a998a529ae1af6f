/** What the designer adds to Ctrl+K: every state of the workflow. */
import { type Command, usePageCommands } from "../../app/commands";
import { containersOf, describe, nameOf, walk } from "../../asl";
import { definitionOf, select, useDesigner } from "./store";

export const useStateCommands = (): void => usePageCommands("designer", stateCommands);

const stateCommands = (): Command[] =>
  walk(definitionOf(useDesigner.getState())).map(({ pointer, name, state }) => ({
    id: `state ${pointer}`,
    group: "States",
    text: name,
    detail: [...containersOf(pointer).map(nameOf), describe(state).subtitle].join(" · "),
    run: () => select([pointer]),
  }));
