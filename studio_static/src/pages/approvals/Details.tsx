/** What is to be known before one decides: names and values for whoever is no programmer, and JSON where it is large. */
import "./approvals.css";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { JsonView } from "../../ui/JsonView";
import { addressIn, isReadable, isScalar, type Scalar, scalarWords } from "./readable";

export const Details = ({ value }: { value: unknown }) => (
  <Container header={<Header variant="h2">Details</Header>}>
    {isScalar(value) ? (
      <span className="ap-text breaks">
        <Words value={value} />
      </span>
    ) : isReadable(value) ? (
      <Members of={value as object} />
    ) : (
      <JsonView value={value} label="Details" open={5} maxHeight="24rem" asText />
    )}
  </Container>
);

function Members({ of }: { of: object }) {
  if (Array.isArray(of)) {
    return (
      <ol className="ap-items">
        {of.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what is asked does not change
          <li key={at}>
            <Value value={item} />
          </li>
        ))}
      </ol>
    );
  }
  return (
    <dl className="ap-members">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="breaks">
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const Value = ({ value }: { value: unknown }) =>
  isScalar(value) ? (
    <Words value={value} />
  ) : Object.keys(value as object).length === 0 ? (
    <span>–</span>
  ) : (
    <Members of={value as object} />
  );

function Words({ value }: { value: Scalar }) {
  const address = addressIn(value);
  if (address === null) return scalarWords(value);
  return (
    <Link href={address} external externalIconAriaLabel="opens in another tab">
      {address}
    </Link>
  );
}
