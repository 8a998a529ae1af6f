/** Where else to look on AWS, each in a tab of its own; nothing on a laptop. */
import type { ConsoleAddresses } from "../../api/schema";

export function ConsoleLinks({ links }: { links: ConsoleAddresses | undefined }) {
  const named = [
    { text: "CloudWatch Logs", to: links?.cloudwatch },
    { text: "Logs Insights", to: links?.insights },
    { text: "X-Ray", to: links?.xray },
  ];
  return (
    <>
      {named.map(({ text, to }) =>
        to ? (
          <a key={text} className="ex-console" href={to} target="_blank" rel="noreferrer">
            {text}
          </a>
        ) : null,
      )}
    </>
  );
}
