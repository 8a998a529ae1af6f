/** Redrive one execution: at which steps it goes on, and what stays as it was. */
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Execution, Step } from "../../api/schema";
import { notify } from "../../app/flash";
import { Dialog } from "../../ui/Dialog";
import { failsAgain, namesOf } from "./redrive";

interface RedriveDialogProps {
  execution: Pick<Execution, "id" | "name">;
  /** Where it goes on, as far as that is known. */
  steps: readonly Step[];
  onClose: () => void;
  /** It was not to be redriven: it may not stand any more as it is shown. */
  onRefused: () => void;
  onDone: () => void;
}

export function RedriveDialog({ execution, steps, onClose, onRefused, onDone }: RedriveDialogProps) {
  // As it stood when the dialog was opened: behind it the page goes on.
  const [names] = useState(() => namesOf(steps));
  const [isVain] = useState(() => failsAgain(steps));
  const redrive = async () => {
    try {
      await post<Execution>(path("/executions/{}/redrive", execution.id));
    } catch (thrown) {
      onRefused();
      throw thrown;
    }
    notify({ type: "success", content: `${execution.name} goes on.` });
    onDone();
  };
  return (
    <Dialog title={`Redrive ${execution.name}?`} act="Redrive" onAct={redrive} onClose={onClose}>
      <p className="ex-plain">
        It goes on <Where names={names} />, by the same version and with the same input. What succeeded is kept; retries
        and time limits begin anew.
      </p>
      <p className="ex-plain">
        {isVain && "Nothing but the input decides here, so it will fail again. "}
        For a changed definition or another input, run it again instead.
      </p>
    </Dialog>
  );
}

/** "at Reserve Line (3 times) and Nap". */
function Where({ names }: { names: readonly string[] }) {
  if (names.length === 0) return "where it stood";
  return (
    <>
      {"at "}
      {names.map((name, place) => (
        <span key={name}>
          {place > 0 && (place === names.length - 1 ? " and " : ", ")}
          <strong>{name}</strong>
        </span>
      ))}
    </>
  );
}
