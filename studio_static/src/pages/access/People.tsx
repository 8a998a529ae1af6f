/** A stage's people are its user pool's, and Cognito is asked with credentials of the AWS account alone: the command. */
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { PEOPLE_ACTS, type PeopleAct, peopleCommand } from "./people";
import { ROLES } from "./roles";

const ROLE_OPTIONS = ROLES.map(({ value }) => ({ value, label: value }));

export function People({ stage }: { stage: string }) {
  const [act, setAct] = useState<PeopleAct>("invite");
  const [user, setUser] = useState("");
  const [role, setRole] = useState("viewer");
  const takes = PEOPLE_ACTS.find(({ value }) => value === act)?.takes ?? [];
  const command = peopleCommand(act, user, role, stage);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The people of this stage are the users of its pool; groups carry their roles. An admin of the AWS account gives them, in a terminal."
        >
          People
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={3}>
          <FormField label="What to do">
            <Select
              selectedOption={PEOPLE_ACTS.find(({ value }) => value === act) ?? null}
              options={PEOPLE_ACTS.map(({ value, label }) => ({ value, label }))}
              onChange={({ detail }) => setAct(detail.selectedOption.value as PeopleAct)}
            />
          </FormField>
          {takes.includes("user") && (
            <FormField label="Whose mail address, or name in the pool">
              <Input
                value={user}
                onChange={({ detail }) => setUser(detail.value.trim())}
                placeholder="ada@example.com"
                spellcheck={false}
                autoComplete={false}
              />
            </FormField>
          )}
          {takes.includes("role") && (
            <FormField label="Role">
              <Select
                selectedOption={ROLE_OPTIONS.find(({ value }) => value === role) ?? null}
                options={ROLE_OPTIONS}
                onChange={({ detail }) => setRole(detail.selectedOption.value ?? "viewer")}
              />
            </FormField>
          )}
        </ColumnLayout>
        <div className="breaks">
          <Box variant="code">{command}</Box>
        </div>
        <CopyToClipboard
          copyButtonText="Copy the command"
          copyErrorText="It could not be copied: select it and copy it by hand"
          copySuccessText="Copied"
          textToCopy={command}
        />
      </SpaceBetween>
    </Container>
  );
}
