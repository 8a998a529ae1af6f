/**
 * The copilot in the designer: say what should happen, look at the proposal, apply it as one step that one undo takes
 * back. It also explains, and takes up what is asked elsewhere: a problem to fix, failures to handle.
 */
import "./copilot.css";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useMe } from "../../../app/me";
import { isNowhere } from "../../../app/page";
import { canFail, type JsonObject, nameOf, own, pointersOf, type StatePointer, stateAt, walk } from "../../../asl";
import { ErrorWords } from "../../../ui/Problem";
import { focusCanvas } from "../focus";
import { TextButton } from "../forms/controls";
import { whereOf } from "../problems/problems";
import type { CopilotRequest, CopilotSlot } from "../slots";
import { definitionIn } from "../store";
import { applied, type Explanation, labelOf } from "./asking";
import { ProposalDialog } from "./ProposalDialog";
import { type Outcome, useCopilot } from "./useCopilot";

const EXAMPLE = "When a high value order comes in, ask finance on Slack and charge the card";

export default function CopilotCard(slot: CopilotSlot) {
  const { document, request, onTaken } = slot;
  const { outcome, ask, clear } = useCopilot();
  const [text, setText] = useState("");
  const taken = useRef<CopilotRequest | null>(null);
  useEffect(() => {
    if (request === null || request === taken.current) return;
    taken.current = request;
    if (request.kind === "draft") setText(request.text);
    ask(request, document);
  }, [request, document, ask]);
  const done = (isApplied: boolean): void => {
    clear();
    onTaken();
    // Once the proposal is closed: to what it made, else to what asked for it, where that is still there.
    window.requestAnimationFrame(() => {
      if (isApplied || isNowhere(window.document.activeElement)) focusCanvas();
    });
  };
  const put = (asked: CopilotRequest): void => ask(asked, document);
  return (
    <section className="cp-card stack firm gap-8" aria-label="Copilot">
      <h2 className="cp-title row gap-6 size-14 flush">
        <Spark /> Copilot
      </h2>
      <Sentence
        text={text}
        onText={setText}
        busy={outcome.kind === "busy"}
        onAsk={() => put({ kind: "draft", text })}
      />
      <Help slot={slot} busy={outcome.kind === "busy"} ask={put} />
      <Answer outcome={outcome} onClose={() => done(false)} />
      <Provider />
      {outcome.kind === "proposed" && (
        <ProposalDialog
          outcome={outcome}
          isStale={outcome.base !== document}
          connectors={slot.connectors}
          onDiscard={() => done(false)}
          onApply={() => {
            slot.apply((now) => applied(outcome.proposal, now), labelOf(outcome.request, whereOf));
            if (outcome.request.kind === "draft") {
              setText("");
              slot.select(startOf(outcome.proposal.document));
            }
            done(true);
          }}
        />
      )}
    </section>
  );
}

/** The first step of what was drafted: it comes into sight, with its form beside it. */
function startOf(document: JsonObject): readonly StatePointer[] {
  const definition = definitionIn(document);
  const start = own(definition, "StartAt");
  return typeof start === "string" ? pointersOf(definition, start).slice(0, 1) : [];
}

interface SentenceProps {
  text: string;
  onText: (text: string) => void;
  busy: boolean;
  onAsk: () => void;
}

function Sentence({ text, onText, busy, onAsk }: SentenceProps) {
  const id = useId();
  const isEmpty = text.trim() === "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isEmpty && !busy) onAsk();
  };
  return (
    <form className="stack gap-6" onSubmit={submit}>
      <label htmlFor={id} className="text-12">
        What should happen?
      </label>
      <textarea
        id={id}
        className="dz-input cp-text"
        rows={3}
        maxLength={4000}
        value={text}
        placeholder={EXAMPLE}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      />
      <button type="submit" className="cp-ask" disabled={isEmpty || busy} title="Ctrl+Enter">
        Draft it
      </button>
    </form>
  );
}

function Help({ slot, busy, ask }: { slot: CopilotSlot; busy: boolean; ask: (request: CopilotRequest) => void }) {
  const { selected, selection, definition } = slot;
  const isWhole = selection.length === 0;
  const asked = isWhole ? walk(definition).map(({ pointer }) => pointer) : selection;
  const fallible = asked.filter((pointer) => canFail(stateAt(definition, pointer) ?? {}));
  return (
    <div className="cp-help flex wraps gap-6">
      <TextButton tone="copilot" disabled={busy} onClick={() => ask({ kind: "explain", state: selected })}>
        {selected === null ? "Explain the workflow" : `Explain ${nameOf(selected)}`}
      </TextButton>
      {fallible.length > 0 && (
        <TextButton
          tone="copilot"
          disabled={busy}
          onClick={() => ask({ kind: "errors", states: isWhole ? [] : fallible })}
        >
          Add error handling
        </TextButton>
      )}
    </div>
  );
}

const WAITING: Readonly<Record<CopilotRequest["kind"], string>> = {
  draft: "Drafting…",
  explain: "Reading…",
  fix: "Looking for a fix…",
  errors: "Looking at what can fail…",
};

/** What is said in the card itself: that it waits, what went wrong, an explanation. */
function Answer({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  return (
    <div className="cp-answer" aria-live="polite">
      {outcome.kind === "busy" && (
        <p className="row apart flush">
          <span>{WAITING[outcome.request.kind]}</span>
          <TextButton tone="accent" onClick={onClose}>
            Stop
          </TextButton>
        </p>
      )}
      {outcome.kind === "failed" && (
        <div className="cp-said stack gap-6 text-13 on-card cp-failed">
          <ErrorWords error={outcome.error} />
          <TextButton tone="accent" onClick={onClose}>
            Close
          </TextButton>
        </div>
      )}
      {outcome.kind === "explained" && (
        <Explained state={outcome.state} explanation={outcome.explanation} onClose={onClose} />
      )}
    </div>
  );
}

interface ExplainedProps {
  state: string | null;
  explanation: Explanation;
  onClose: () => void;
}

function Explained({ state, explanation, onClose }: ExplainedProps) {
  return (
    <div className="cp-said stack gap-6 text-13 on-card">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="cp-explained breaks scrolls" aria-label="Explanation" tabIndex={0}>
        <p>{explanation.text}</p>
        {state === null && (
          <dl>
            {explanation.steps.map((step) => (
              <div key={step.state}>
                <dt>{step.state}</dt>
                <dd>{step.text}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <TextButton tone="accent" onClick={onClose}>
        Close
      </TextButton>
    </div>
  );
}

function Provider() {
  const copilot = useMe()?.copilot;
  if (copilot === undefined) return null;
  const model = copilot.model === null ? "" : ` (${copilot.model})`;
  return (
    <p className="dz-quiet">
      {copilot.configured
        ? `A model drafts: ${copilot.provider}${model}.`
        : "A grammar drafts; nothing is sent to a model."}
    </p>
  );
}

function Spark() {
  return (
    <svg className="cp-spark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M11 3l2.2 5.8L19 11l-5.8 2.2L11 19l-2.2-5.8L3 11l5.8-2.2zM19 15l1 2.5 2.5 1-2.5 1-1 2.5-1-2.5-2.5-1 2.5-1z" />
    </svg>
  );
}
