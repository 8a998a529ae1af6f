/** A button of what not everybody may do: without the right it says why it does nothing. */
import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import { type Right, useWhyNot } from "../app/me";

interface ActButtonProps extends ButtonProps {
  right: Right;
}

export function ActButton({ right, disabled = false, disabledReason, ...button }: ActButtonProps) {
  const why = useWhyNot(right);
  const reason = why ?? disabledReason;
  return (
    <Button
      {...button}
      disabled={disabled || why !== undefined}
      {...(reason !== undefined && { disabledReason: reason })}
    />
  );
}
