/** Whether the workflow is on: done at once, for every version. */
import { useState } from "react";
import { path, post } from "../../../api/client";
import type { Workflow } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { notify, notifyError } from "../../../app/flash";
import { useWhyNot } from "../../../app/me";
import { Time } from "../../../ui/Time";
import { PauseDialog } from "../../workflows/dialogs";
import { AddButton, Field } from "../forms/controls";

export function Pausing({ workflow }: { workflow: string }) {
  const { data, reload } = useApi<Workflow>(path("/workflows/{}", workflow));
  const why = useWhyNot("operate");
  const [isAsking, setAsking] = useState(false);
  const paused = data?.paused ?? null;
  const resume = async (): Promise<void> => {
    try {
      await post(path("/workflows/{}/resume", workflow));
      notify({ type: "success", content: `${workflow} is on again.` });
      await reload();
    } catch (thrown) {
      notifyError(thrown, `${workflow} could not be switched on`);
    }
  };
  return (
    <>
      <Field
        label="On or off"
        hint={
          paused === null ? (
            "On: what starts it, starts it."
          ) : (
            <>
              Paused by {paused.by} <Time at={paused.at} format="ago" />.
            </>
          )
        }
      >
        {(ties) => (
          <AddButton
            aria-describedby={ties["aria-describedby"]}
            disabled={data === null || why !== undefined}
            title={why}
            onClick={() => (paused === null ? setAsking(true) : void resume())}
          >
            {paused === null ? "Pause…" : "Switch on"}
          </AddButton>
        )}
      </Field>
      {isAsking && data !== null && (
        <PauseDialog
          workflow={data}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            void reload();
          }}
        />
      )}
    </>
  );
}
