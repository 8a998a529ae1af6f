/** How many executions ended over time, and how: a picture, and the same numbers as a table for who does not see it. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Dashboard, EndBar } from "../../api/schema";
import { usePreferences } from "../../app/preferences";
import { Time } from "../../ui/Time";
import { formatTime } from "../../ui/time";
import { whenOf } from "./Bars";
import { countWords, endedOf, endWords, isLabelled, ratesOf } from "./words";

const PARTS = ["failed", "stopped", "succeeded"] as const;
const WAYS = ["succeeded", "failed", "stopped"] as const;

export function Ends({ data }: { data: Dashboard }) {
  const { ended, most } = ratesOf(data);
  return (
    <Container header={<Header variant="h2">{ended > 0 ? `Ends: ${countWords(ended)}, ${most}` : "Ends"}</Header>}>
      <SpaceBetween size="s">
        <div>
          <Picture bars={data.ends} />
          <Numbers bars={data.ends} />
        </div>
        <div className="db-legend">
          {WAYS.map((way) => (
            <span key={way}>
              <i className={`db-${way}`} />
              {way}
            </span>
          ))}
        </div>
        {data.ends_since !== null && (
          <Box color="text-body-secondary" fontSize="body-s">
            Ends are counted since <Time at={data.ends_since} />.
          </Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Picture({ bars }: { bars: readonly EndBar[] }) {
  const clock = usePreferences((state) => state.clock);
  const most = Math.max(...bars.map(endedOf));
  const isLong = bars.length > 24;
  return (
    <ul className="db-bars" aria-hidden="true">
      {most > 0 && <li className="db-most">{countWords(most)}</li>}
      {bars.map((bar, number) => (
        <li key={bar.at}>
          <span className="db-col" title={endWords(whenOf(bar.at, clock, isLong), bar)}>
            <span className="db-bar" style={{ height: most > 0 ? `${(100 * endedOf(bar)) / most}%` : 0 }}>
              {PARTS.map(
                (part) => bar[part] > 0 && <span key={part} className={`db-${part}`} style={{ flex: bar[part] }} />,
              )}
            </span>
          </span>
          <span className="db-when">{isLabelled(number, bars.length) ? whenOf(bar.at, clock, isLong) : ""}</span>
        </li>
      ))}
    </ul>
  );
}

function Numbers({ bars }: { bars: readonly EndBar[] }) {
  const clock = usePreferences((state) => state.clock);
  return (
    <table className="visually-hidden" aria-label="Ends over time">
      <thead>
        <tr>
          <th scope="col">From</th>
          {WAYS.map((way) => (
            <th key={way} scope="col">
              {way}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.at}>
            <th scope="row">{formatTime(bar.at, clock, "table").slice(0, 16)}</th>
            {WAYS.map((way) => (
              <td key={way}>{bar[way]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
