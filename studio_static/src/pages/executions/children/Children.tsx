/** The child executions of a Map Run, a page of them: what failed first, each count a filter, each child a link. */
import "./children.css";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { path, withQuery } from "../../../api/client";
import type { Execution, MapRun, MapRunChildren } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { executionHref } from "../../../app/links";
import { Loaded } from "../../../ui/Loaded";
import { NavLink } from "../../../ui/NavLink";
import { StatusMark } from "../../../ui/StatusMark";
import { Duration, Time } from "../../../ui/Time";
import { secondsBetween } from "../words";
import { firstShown, labelOf, type Shown, shownOf, uuidOf } from "./words";

/** A child that begins changes nothing of its parent. */
const POLL_MS = 5000;
const PAGE = 50;

interface ChildrenProps {
  execution: Execution;
  run: MapRun;
  live: boolean;
  /** There is little room: without times. */
  brief?: boolean;
}

export function Children({ execution, run, live, brief = false }: ChildrenProps) {
  const all = shownOf(run);
  const [chosen, setChosen] = useState<Shown["id"] | null>(null);
  const id = chosen ?? firstShown(all);
  const status = all.find((each) => each.id === id)?.status ?? null;
  /** Where the pages that were come to begin. */
  const [pages, setPages] = useState<readonly number[]>([0]);
  const first = pages.at(-1) ?? 0;
  const address = path("/executions/{}/map-runs/{}/executions", execution.id, uuidOf(run.arn));
  const children = useApi<MapRunChildren>(withQuery(address, { first, limit: PAGE, status }), {
    poll: live ? POLL_MS : null,
  });
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame of its own. */}
      <div className="ex-kinds flex wraps" role="group" aria-label={`Which child executions of ${labelOf(run.arn)}`}>
        {all.map((kind) => (
          <button
            key={kind.id}
            type="button"
            aria-pressed={kind.id === id}
            onClick={() => {
              setChosen(kind.id);
              setPages([0]);
            }}
          >
            {`${kind.text} ${kind.count.toLocaleString("en-GB")}`}
          </button>
        ))}
      </div>
      <Loaded from={children} what="the child executions">
        {({ executions, next_first }) => (
          <>
            {executions.length > 0 ? (
              <Rows run={run} rows={executions} brief={brief} />
            ) : (
              <p className="ex-plain">{next_first === null ? "None of them." : "None among these: look further."}</p>
            )}
            {(pages.length > 1 || next_first !== null) && (
              <div className="ex-acts flex wraps gap-8">
                <Button disabled={pages.length === 1} onClick={() => setPages(pages.slice(0, -1))}>
                  Earlier items
                </Button>
                <Button disabled={next_first === null} onClick={() => setPages([...pages, next_first ?? first])}>
                  Later items
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

interface RowsProps {
  run: MapRun;
  rows: MapRunChildren["executions"];
  brief: boolean;
}

/** Its id ends with the number of its item, from 0 on. */
const itemOf = (id: string) => `Item ${Number(id.slice(id.lastIndexOf("~") + 1)) + 1}`;

function Rows({ run, rows, brief }: RowsProps) {
  return (
    <table className="ex-table">
      <caption className="visually-hidden">{`Child executions of ${labelOf(run.arn)}`}</caption>
      <thead>
        <tr>
          <th scope="col">Child execution</th>
          <th scope="col">Status</th>
          {!brief && <th scope="col">Started</th>}
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((child) => (
          <tr key={child.id}>
            <td>
              <NavLink to={executionHref(child.id)}>
                {brief ? itemOf(child.id) : child.id.slice(child.id.indexOf(":") + 1)}
              </NavLink>
            </td>
            <td>
              <StatusMark status={child.status} />
            </td>
            {!brief && (
              <td>
                <Time at={child.started_at} format="table" />
              </td>
            )}
            <td>
              <Duration seconds={secondsBetween(child.started_at, child.ended_at)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
