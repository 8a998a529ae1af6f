/** What each role may do. */
import "../executions/executions.css";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { Fact } from "../executions/Fact";
import { ROLES } from "./roles";

export function Roles() {
  return (
    <Container
      header={
        <Header variant="h2" description="Each may do what the one before it may, and more.">
          Roles
        </Header>
      }
      disableContentPaddings
    >
      <dl className="ex-details">
        {ROLES.map(({ value, description }) => (
          <Fact key={value} name={value}>
            {description}
          </Fact>
        ))}
      </dl>
    </Container>
  );
}
