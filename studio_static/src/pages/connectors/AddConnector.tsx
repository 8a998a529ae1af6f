/** The ways to add a connector, as commands to copy: the API takes none. Of a document it says what it would give. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useMe } from "../../app/me";
import { FOLDER, type Given, IMPORT, waysOf } from "./adding";
import { ImportDocument } from "./ImportDocument";

export function AddConnector() {
  const me = useMe();
  const [given, setGiven] = useState<Given | null>(null);
  return (
    <Container
      header={
        <Header variant="h2" description="Connectors are part of the server: whoever runs it adds them, in a terminal.">
          Add a connector
        </Header>
      }
    >
      <SpaceBetween size="l">
        {waysOf(me?.stage ?? "local", given ?? undefined).map(({ title, says, commands }) => (
          <section key={title} className="stack gap-6" aria-label={title}>
            <Box variant="h3" padding="n">
              {title}
            </Box>
            <Box color="text-body-secondary">{says}</Box>
            {title === IMPORT && <ImportDocument folder={FOLDER} onGiven={setGiven} />}
            {commands.map((command) => (
              <div key={command} className="add-command mono">
                <CopyToClipboard
                  variant="inline"
                  textToCopy={command}
                  textToDisplay={command}
                  copyButtonAriaLabel={`Copy ${command}`}
                  copySuccessText="Copied"
                  copyErrorText="Could not be copied"
                />
              </div>
            ))}
          </section>
        ))}
        <Box color="text-body-secondary">
          All of it, with Python connectors too: <span className="mono">docs/connectors.md</span> and{" "}
          <span className="mono">docs/connector-files.md</span> of the product.
        </Box>
      </SpaceBetween>
    </Container>
  );
}
