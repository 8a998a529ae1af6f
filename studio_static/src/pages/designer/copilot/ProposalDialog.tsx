/** A proposal to look at: the plan, what is left to decide, and what changes as graph and as JSON. Nothing is applied yet. */
import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import { useState } from "react";
import { executionHref } from "../../../app/links";
import { type JsonObject, pointersOf, type StatePointer } from "../../../asl";
import { Dialog } from "../../../ui/Dialog";
import { NavLink } from "../../../ui/NavLink";
import type { ConnectorList } from "../palette/items";
import { Difference } from "../publish/Difference";
import { definitionIn } from "../store";
import { isBlank, type Proposal } from "./asking";
import { nameOfExecution } from "./mending";

interface ProposalDialogProps {
  proposal: Proposal;
  /** The document that it was made of. */
  base: JsonObject;
  /** The draft was changed after this was asked for. */
  isStale: boolean;
  connectors: ConnectorList | null;
  onApply: () => void;
  onDiscard: () => void;
}

export function ProposalDialog({ proposal, base, isStale, connectors, onApply, onDiscard }: ProposalDialogProps) {
  const [lit, setLit] = useState<StatePointer | null>(null);
  return (
    <Dialog
      title="The copilot proposes"
      act="Apply"
      cancel="Discard"
      size="max"
      disabled={isStale}
      onAct={async () => onApply()}
      onClose={onDiscard}
    >
      {isStale && <Alert type="warning">The draft was changed while this was made. Discard it and ask again.</Alert>}
      <div className="cp-proposal">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section className="cp-words stack gap-12 scrolls" aria-label="In words" tabIndex={0}>
          {proposal.clauses.length > 0 ? <Clauses proposal={proposal} onLit={setLit} /> : <Plan proposal={proposal} />}
          {proposal.forward !== null && <Forward {...proposal.forward} />}
          <Cases proposal={proposal} />
          <ToDos proposal={proposal} onLit={setLit} />
          <Notes proposal={proposal} />
        </section>
        <Difference
          before={isBlank(base) ? null : base}
          after={proposal.document}
          label="The draft and the proposal"
          connectors={connectors}
          height="56vh"
          {...(lit === null ? {} : { selection: [lit] })}
        />
      </div>
    </Dialog>
  );
}

/** What a button hears that lights a part up: pointed at, gone to or pressed, until another is. */
const litBy = (light: () => void, dim: () => void) => ({
  onMouseEnter: light,
  onMouseLeave: () => {
    if (document.activeElement?.closest(".cp-words button") == null) dim();
  },
  onFocus: light,
  onBlur: dim,
});

/** Each clause of the request, with the steps that do it. */
function Clauses({ proposal, onLit }: { proposal: Proposal; onLit: (state: StatePointer | null) => void }) {
  const definition = definitionIn(proposal.document);
  return (
    <section aria-labelledby="cp-clauses">
      <h3 id="cp-clauses">Your request</h3>
      <ol className="cp-plan">
        {proposal.clauses.map(({ text, states, open, no_step: nothing }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a request may say the same twice
          <li key={index}>
            {text}
            <span className="flex wraps gap-6">
              {states.map((name) => (
                <Place key={name} name={name} pointer={pointersOf(definition, name)[0] ?? null} onLit={onLit} />
              ))}
            </span>
            {open !== null && <span className="cp-open">{`Left open: ${open}`}</span>}
            {nothing !== null && <span className="dim">{`Needs no step: ${nothing}`}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What becomes of the execution that was asked about, once the proposal is published. */
function Forward({ execution, text }: NonNullable<Proposal["forward"]>) {
  return (
    <section aria-labelledby="cp-forward">
      <h3 id="cp-forward">How that execution goes on</h3>
      <p className="cp-forward text-13 breaks">
        <NavLink to={executionHref(execution)} fontSize="inherit">
          {nameOfExecution(execution)}
        </NavLink>
        {`: ${text}`}
      </p>
    </section>
  );
}

function Cases({ proposal }: { proposal: Proposal }) {
  if (proposal.cases.length === 0) return null;
  return (
    <section aria-labelledby="cp-cases">
      <h3 id="cp-cases">Cases</h3>
      <ul className="plain-list cp-cases">
        {proposal.cases.map(({ name, passed, problem, states }) => (
          <li key={name} className={passed ? "" : "cp-fails"}>
            <strong>{`${passed ? "✓" : "✗"} ${name}`}</strong>{" "}
            <span className="dim">{passed ? states.join(" → ") : problem}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Plan({ proposal }: { proposal: Proposal }) {
  return (
    <section aria-labelledby="cp-plan">
      <h3 id="cp-plan">Plan</h3>
      <ol className="cp-plan">
        {proposal.plan.map((line) => {
          const count = proposal.to_dos.filter(({ state }) => state !== null && line.states.includes(state)).length;
          return (
            <li key={`${line.states.join()} ${line.text}`}>
              {line.text} {count > 0 && <Badge color="severity-medium">{`${count} to do`}</Badge>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function ToDos({ proposal, onLit }: { proposal: Proposal; onLit: (state: StatePointer | null) => void }) {
  const { to_dos: toDos } = proposal;
  const definition = definitionIn(proposal.document);
  if (toDos.length === 0) return null;
  return (
    <section aria-labelledby="cp-to-dos">
      <h3 id="cp-to-dos">{`To do (${toDos.length})`}</h3>
      <p className="dz-quiet">Guesses, and what was not said. They stay on the steps until you mark them as done.</p>
      <ul className="plain-list cp-to-dos">
        {[...byState(toDos)].map(([state, texts]) => (
          <li key={state}>
            <Place name={state} pointer={pointersOf(definition, state)[0] ?? null} onLit={onLit} />
            {texts.map((text) => (
              <span key={text}>{text}</span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PlaceProps {
  name: string;
  /** Null for the workflow itself. */
  pointer: StatePointer | null;
  onLit: (state: StatePointer | null) => void;
}

/** Pointed at or gone to, it lights its card up. */
function Place({ name, pointer, onLit }: PlaceProps) {
  if (pointer === null) return <strong>{name}</strong>;
  return (
    <button
      type="button"
      className="cp-to-do-place medium"
      {...litBy(
        () => onLit(pointer),
        () => onLit(null),
      )}
    >
      {name}
    </button>
  );
}

function byState(toDos: Proposal["to_dos"]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { state, text } of toDos) {
    const place = state ?? "Workflow";
    found.set(place, [...(found.get(place) ?? []), text]);
  }
  return found;
}

function Notes({ proposal }: { proposal: Proposal }) {
  const { attempts, diagnostics, notes, provider } = proposal;
  const drafts =
    attempts > 1 ? `, at the ${attempts}${attempts === 2 ? "nd" : attempts === 3 ? "rd" : "th"} draft` : "";
  const warnings =
    diagnostics.length === 0 ? "The linter finds nothing." : `The linter says: ${diagnostics[0]?.message}`;
  return (
    <section aria-labelledby="cp-notes">
      <h3 id="cp-notes">Notes</h3>
      <ul className="cp-notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        <li>{warnings}</li>
        <li>{provider === "none" ? "Made without a model." : `Made by ${provider}${drafts}.`}</li>
      </ul>
    </section>
  );
}
