/** What the designer adds to Ctrl+K: every state of the workflow. */
import { useDeferredValue, useMemo } from "react";
import { type Command, usePageCommands } from "../../app/commands";
import { containersOf, describe, nameOf, walk } from "../../asl";
import { definitionOf, select, useDesigner } from "./store";

export function useStateCommands(): void {
  const definition = useDeferredValue(useDesigner(definitionOf));
  const commands = useMemo(
    () =>
      [...walk(definition)].map(
        ({ pointer, name, state }): Command => ({
          id: `state ${pointer}`,
          group: "States",
          text: name,
          detail: [...containersOf(pointer).map(nameOf), describe(state).subtitle].join(" · "),
          run: () => select([pointer]),
        }),
      ),
    [definition],
  );
  usePageCommands("designer", commands);
}
