/** A dialog that does one thing: its form, its problem in the API's words, and the button that does it, or Ctrl+Enter. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { KeyboardEvent, ReactNode } from "react";
import { ErrorAlert } from "./Problem";
import { useAct } from "./useAct";

const FIELDS = "input:not([type=hidden], :disabled), textarea:not(:disabled), button[aria-haspopup]:not(:disabled)";
/** An editor that is to be typed into first. */
const EDITOR = "[data-autofocus] [contenteditable=true]";

/**
 * The dialog itself focuses its first button, Close, once it is drawn: whoever opens a form wants to fill it in. A field
 * with `autoFocus` would have it before the dialog noted what opened it and gets the focus back.
 */
function focusFirstField(form: HTMLFormElement | null): void {
  requestAnimationFrame(() =>
    (form?.querySelector<HTMLElement>(EDITOR) ?? form?.querySelector<HTMLElement>(FIELDS))?.focus(),
  );
}

interface DialogProps {
  title: string;
  /** The button's word: "Pause". */
  act: string;
  /** The word of the button that does nothing; null: there is none. */
  cancel?: string | null;
  /** Does it; what it throws is shown, and the dialog stays. */
  onAct: () => Promise<void>;
  onClose: () => void;
  disabled?: boolean;
  size?: ModalProps.Size;
  children: ReactNode;
}

export function Dialog({
  title,
  act,
  onAct,
  onClose,
  cancel = "Cancel",
  disabled = false,
  size = "medium",
  children,
}: DialogProps) {
  const { run, busy, error } = useAct(onAct);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    // Before an editor in the dialog takes it as a new line.
    event.preventDefault();
    event.stopPropagation();
    if (!disabled && !busy) void run();
  };
  return (
    // Keys bubble here from the dialog, wherever in it the focus is.
    <div onKeyDownCapture={onKeyDown}>
      <Modal
        visible
        size={size}
        header={title}
        onDismiss={onClose}
        closeAriaLabel="Close"
        footer={
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              {cancel !== null && (
                <Button variant="link" onClick={onClose}>
                  {cancel}
                </Button>
              )}
              <Button variant="primary" loading={busy} disabled={disabled} onClick={() => void run()}>
                {act}
              </Button>
            </SpaceBetween>
          </Box>
        }
      >
        <form
          ref={focusFirstField}
          onSubmit={(event) => {
            event.preventDefault();
            if (!disabled && !busy) void run();
          }}
        >
          <SpaceBetween size="m">
            {children}
            <ErrorAlert error={error} />
          </SpaceBetween>
          {/* The dialog's button is outside the form: without one inside, Enter in a form of two fields does nothing. */}
          <button type="submit" hidden />
        </form>
      </Modal>
    </div>
  );
}
