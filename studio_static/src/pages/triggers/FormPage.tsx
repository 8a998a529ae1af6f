/** A form trigger's form, for who is signed in: what is typed starts the workflow as theirs. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { path, post } from "../../api/client";
import type { Form as FormOf, FormTaken } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notifyError } from "../../app/flash";
import { deliveryHref, executionHref, triggerHref } from "../../app/links";
import { usePage } from "../../app/page";
import { ActButton } from "../../ui/ActButton";
import { defaults, Fields, type Typed, without } from "../../ui/Fields";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";

export default function FormPage({ workflow, trigger }: { workflow: string; trigger: string }) {
  const label = `${workflow}/${trigger}`;
  usePage({
    title: `Form ${label}`,
    crumbs: [
      { text: "Triggers", href: "/triggers/" },
      { text: label, href: `/triggers/${encodeURIComponent(workflow)}/${encodeURIComponent(trigger)}` },
      { text: "Form" },
    ],
    contentType: "form",
  });
  const address = path("/forms/{}/{}", workflow, trigger);
  const found = useApi<FormOf>(address);
  return (
    <>
      {found.data === null && <Header variant="h1">{label}</Header>}
      <Loaded from={found} what="the form">
        {(form) => <Fill key={form.version} form={form} address={address} />}
      </Loaded>
    </>
  );
}

function Fill({ form, address }: { form: FormOf; address: string }) {
  const [typed, setTyped] = useState<Typed>(() => defaults(form.fields));
  const [submission, setSubmission] = useState(() => crypto.randomUUID());
  const [taken, setTaken] = useState<FormTaken | null>(null);
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    try {
      setTaken(await post<FormTaken>(address, { typed, submission }));
    } catch (thrown) {
      notifyError(thrown, "The form was not taken");
    }
    setSending(false);
  };
  const again = () => {
    setTyped(defaults(form.fields));
    setSubmission(crypto.randomUUID());
    setTaken(null);
  };
  const change = (name: string, value: string) => {
    setTyped({ ...typed, [name]: value });
    setTaken((now) => (now === null ? null : { ...now, faults: without(now.faults, name) }));
  };
  const faults = taken?.faults ?? {};
  if (taken !== null && taken.delivery !== null) return <Done form={form} taken={taken} onAgain={again} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Form
        header={
          <Header variant="h1" {...(form.description !== "" && { description: form.description })}>
            {form.title}
          </Header>
        }
        actions={
          <ActButton right="run" variant="primary" formAction="submit" loading={isSending}>
            Submit
          </ActButton>
        }
        errorText={summary(faults)}
      >
        <Container>
          <Fields fields={form.fields} typed={typed} faults={faults} onChange={change} />
        </Container>
      </Form>
    </form>
  );
}

function Done({ form, taken, onAgain }: { form: FormOf; taken: FormTaken; onAgain: () => void }) {
  const { execution, delivery, why } = taken;
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{form.title}</Header>
      <Alert type={execution === null ? "warning" : "success"}>
        {execution === null ? (
          <span className="breaks">It started nothing: {why}</span>
        ) : (
          <>
            It started <NavLink to={executionHref(execution)}>{execution}</NavLink>.
          </>
        )}
      </Alert>
      <Box>
        <SpaceBetween direction="horizontal" size="s" alignItems="center">
          <Button onClick={onAgain}>Fill it in again</Button>
          <NavLink
            to={
              delivery === null
                ? triggerHref(form.workflow, form.trigger)
                : deliveryHref(form.workflow, form.trigger, delivery)
            }
          >
            See the delivery
          </NavLink>
        </SpaceBetween>
      </Box>
    </SpaceBetween>
  );
}

function summary(faults: Record<string, string>): string {
  const count = Object.keys(faults).length;
  if (count === 0) return "";
  return `${count === 1 ? "One answer" : `${count} answers`} will not do yet. Nothing was sent, and nothing that you typed is lost.`;
}
