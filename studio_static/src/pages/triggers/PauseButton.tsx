/** Pauses a trigger, or lets it listen again. */
import type { ButtonProps } from "@cloudscape-design/components/button";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Trigger } from "../../api/schema";
import { tell } from "../../app/flash";
import { ActButton } from "../../ui/ActButton";
import { pausedWords } from "./words";

interface PauseButtonProps {
  trigger: Trigger;
  variant?: ButtonProps.Variant;
  onDone: () => void;
}

export function PauseButton({ trigger, variant = "normal", onDone }: PauseButtonProps) {
  const [busy, setBusy] = useState(false);
  const isPaused = Boolean(trigger.paused_at);
  if (!trigger.enabled && !isPaused) return null; // it does not listen as it is
  const word = isPaused ? "Resume" : "Pause";
  const change = async () => {
    const done = await post<Trigger>(path(`/triggers/{}/{}/${word.toLowerCase()}`, trigger.workflow, trigger.name));
    return done.paused_at ? pausedWords(trigger) : `${trigger.name} listens again.`;
  };
  return (
    <ActButton
      right="operate"
      variant={variant}
      ariaLabel={`${word} ${trigger.workflow}/${trigger.name}`}
      loading={busy && variant === "normal"}
      disabled={busy}
      onClick={() => {
        setBusy(true);
        void tell(change, isPaused ? "It could not be resumed" : "It could not be paused").then(() => {
          setBusy(false);
          onDone();
        });
      }}
    >
      {word}
    </ActButton>
  );
}
