/** The ways to a form: its page, and a link that opens it, made for who asks and shown this once. */
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { FormLink, Trigger } from "../../api/schema";
import { notifyError } from "../../app/flash";
import { follow, formHref } from "../../app/links";
import { ActButton } from "../../ui/ActButton";
import { Time } from "../../ui/Time";
import { Address } from "./Standing";

const notListening = ({ listens }: Trigger) =>
  listens ? {} : { disabled: true, disabledReason: "It does not listen as it is." };

const closed = ({ over }: Trigger) =>
  over
    ? { disabled: true, disabledReason: "Its links are closed: publish a version whose `public` expires later." }
    : {};

/** The form itself, for who is signed in. */
export function FormButton({ trigger }: { trigger: Trigger }) {
  const to = formHref(trigger.workflow, trigger.name);
  return (
    <ActButton right="run" {...notListening(trigger)} href={to} onFollow={follow}>
      Fill it in
    </ActButton>
  );
}

export function LinkButton({ trigger }: { trigger: Trigger }) {
  const [link, setLink] = useState<FormLink | null>(null);
  const make = async () => {
    try {
      setLink(await post<FormLink>(path("/triggers/{}/{}/links", trigger.workflow, trigger.name)));
    } catch (thrown) {
      notifyError(thrown, "No link could be made");
    }
  };
  const close = () => setLink(null);
  return (
    <>
      <ActButton right="run" {...notListening(trigger)} {...closed(trigger)} onClick={() => void make()}>
        Make a link
      </ActButton>
      {link !== null && (
        <Modal
          visible
          header={`A link to ${trigger.name}`}
          onDismiss={close}
          closeAriaLabel="Close"
          footer={<Button onClick={close}>Done</Button>}
        >
          <SpaceBetween size="s">
            <div className="breaks">
              <Address path={link.path} url={link.url} />
            </div>
            <div>
              Whoever has it may submit the form {link.most === 1 ? "once" : `${link.most} times`}, without signing in,
              until <Time at={link.expires_at} />. It is not shown again.
            </div>
          </SpaceBetween>
        </Modal>
      )}
    </>
  );
}
