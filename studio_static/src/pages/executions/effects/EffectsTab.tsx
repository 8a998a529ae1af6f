/** The ledger of effects: each call that the execution may have made, and what came of it. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { path } from "../../../api/client";
import type { Effect, Effects, Execution, Step } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { executionHref } from "../../../app/links";
import { Loaded } from "../../../ui/Loaded";
import { NavLink } from "../../../ui/NavLink";
import { MarkShape } from "../../../ui/StatusMark";
import { Time } from "../../../ui/Time";
import { itemWords, lookOf, sentenceOf, tally } from "./outcomes";

const PAGE = 100;
const SHOWN_OF_A_DIGEST = 12;

interface EffectsTabProps {
  execution: Execution;
  steps: readonly Step[];
  /** How often something happened. */
  changed: number;
  onSelect: (step: Step) => void;
  onMapRuns: () => void;
}

export default function EffectsTab({ execution, steps, changed, onSelect, onMapRuns }: EffectsTabProps) {
  const [before, setBefore] = useState<readonly string[]>([]);
  const token = before.at(-1);
  const address = path("/executions/{}/effects", execution.id);
  const query = token === undefined ? `limit=${PAGE}` : `limit=${PAGE}&next_token=${encodeURIComponent(token)}`;
  const page = useApi<Effects>(`${address}?${query}`, { changed });
  return (
    <Loaded from={page} what="the ledger of effects">
      {({ effects, next_token, keeps_intents }) => (
        <div className="ex-parts">
          <section className="ex-part stack gap-8">
            <p>{effects.length === 0 ? "It made no call." : `Of the calls shown: ${tally(effects)}.`}</p>
            {!keeps_intents && (
              <p>
                An EXPRESS execution keeps no intents: what an earlier run of it called, or an open one calls, is not
                known.
              </p>
            )}
            {effects.length > 0 && (
              <div className="ex-ledger">
                <table className="ex-table">
                  <caption className="visually-hidden">Calls and what came of each</caption>
                  <thead>
                    <tr>
                      <th scope="col">Step</th>
                      <th scope="col">What came of it</th>
                      <th scope="col">Calls</th>
                      <th scope="col">Began</th>
                      <th scope="col">Key and digest of the arguments</th>
                    </tr>
                  </thead>
                  <tbody>
                    {effects.map((effect, at) => (
                      <Row
                        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a page stay where they are
                        key={at}
                        effect={effect}
                        step={steps.find((step) => step.first_event === effect.step)}
                        onSelect={onSelect}
                        onMapRuns={onMapRuns}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {(before.length > 0 || next_token !== null) && (
              <div className="ex-acts flex wraps gap-8">
                <Button disabled={before.length === 0} onClick={() => setBefore(before.slice(0, -1))}>
                  Earlier calls
                </Button>
                <Button
                  disabled={next_token === null}
                  onClick={() => next_token !== null && setBefore([...before, next_token])}
                >
                  Later calls
                </Button>
              </div>
            )}
          </section>
        </div>
      )}
    </Loaded>
  );
}

interface RowProps {
  effect: Effect;
  step: Step | undefined;
  onSelect: (step: Step) => void;
  onMapRuns: () => void;
}

function Row({ effect, step, onSelect, onMapRuns }: RowProps) {
  const { word, tone, mark } = lookOf(effect);
  const sentence = sentenceOf(effect);
  return (
    <tr>
      <td>
        {step ? (
          <button type="button" className="ex-link" onClick={() => onSelect(step)}>
            {effect.state}
          </button>
        ) : (
          effect.state
        )}
        {effect.items.length > 0 && <div className="dim">{itemWords(effect.items)}</div>}
        {effect.attempt > 1 && <div className="dim">{`attempt ${effect.attempt}`}</div>}
      </td>
      <td>
        <span className={`status status-${tone}`}>
          <MarkShape mark={mark} />
          <span>{word}</span>
        </span>
        {effect.service_id !== null && <div className="mono">{effect.service_id}</div>}
        {effect.child !== null && effect.outcome !== "NOT_DONE" && (
          <div>
            <NavLink to={executionHref(effect.child)}>{effect.child}</NavLink>
          </div>
        )}
        {effect.error !== null && <div className="dim">{effect.error}</div>}
        {sentence !== null && <div className="dim">{sentence}</div>}
      </td>
      <td>
        {effect.map_run !== null ? (
          <button type="button" className="ex-link" onClick={onMapRuns}>
            Map Run
          </button>
        ) : (
          `${effect.connector ?? "?"}: ${effect.action ?? "?"}`
        )}
        {effect.at_most_once && <div className="dim">at most once</div>}
      </td>
      <td>{effect.began_at === null ? "not yet" : <Time at={effect.began_at} format="table" />}</td>
      <td className="mono">
        {effect.idempotency_key}
        {effect.arguments_digest !== null && (
          <div className="dim" title={effect.arguments_digest}>
            {`sha256 ${effect.arguments_digest.slice(0, SHOWN_OF_A_DIGEST)}…`}
          </div>
        )}
      </td>
    </tr>
  );
}
