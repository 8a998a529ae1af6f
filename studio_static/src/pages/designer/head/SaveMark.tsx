/** Whether the server has the draft as it stands: said once it is so, never promised. */

import type { ReactNode } from "react";
import type { ApiError } from "../../../api/errors";
import { Time } from "../../../ui/Time";
import { TextButton } from "../forms/controls";
import type { SaveState } from "../saving/saver";
import { saveNow, showConflict, useDesigner } from "../store";

export function SaveMark() {
  const save = useDesigner((state) => state.save);
  const workflow = useDesigner((state) => state.workflow);
  const { words, tone } = look(save);
  return (
    <>
      <span
        className={`dz-pill tone-${tone}`}
        role="status"
        title={save.kind === "saved" ? "Ctrl+S saves at once" : undefined}
      >
        {words}
      </span>
      {(save.kind === "waiting" || save.kind === "refused") && (
        <TextButton tone="accent" onClick={() => void saveNow()}>
          Try again
        </TextButton>
      )}
      {save.kind === "conflict" && workflow !== null && (
        <TextButton tone="accent" onClick={() => void showConflict(workflow)}>
          Choose…
        </TextButton>
      )}
    </>
  );
}

function look(save: SaveState): { words: ReactNode; tone: "plain" | "warn" | "bad" } {
  switch (save.kind) {
    case "saved":
      return {
        words: (
          <>
            Draft saved <Time at={new Date(save.at).toISOString()} format="ago" />
          </>
        ),
        tone: "plain",
      };
    case "changed":
      return { words: "Draft changed", tone: "warn" };
    case "saving":
      return { words: "Saving the draft…", tone: "plain" };
    case "waiting":
      return { words: `Not saved: ${within(save.message)}`, tone: "bad" };
    case "refused":
      return { words: `Not saved: ${refusal(save.error)}`, tone: "bad" };
    case "conflict":
      return { words: "Not saved: changed elsewhere", tone: "bad" };
  }
}

/** A sentence as the end of another one. */
const within = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");

/** On one machine nothing covers the page when the session is over: the command that makes a new link is named here. */
const refusal = ({ status, message }: ApiError): string =>
  status === 401 ? "you are signed out (automate signin)" : message;
