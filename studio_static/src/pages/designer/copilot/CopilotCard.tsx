/**
 * The copilot in the designer: a conversation with the model, or without one an outline. A proposal is looked at, and
 * applied as one step that one undo takes back. It also explains, and takes up what is asked elsewhere: a problem to fix,
 * failures to handle.
 */
import "./copilot.css";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { followClick, href, TEMPLATES } from "../../../app/links";
import { useMe } from "../../../app/me";
import { isNowhere } from "../../../app/page";
import { canFail, type JsonObject, nameOf, own, pointersOf, type StatePointer, stateAt, walk } from "../../../asl";
import { ErrorWords } from "../../../ui/Problem";
import { focusCanvas } from "../focus";
import { TextButton } from "../forms/controls";
import { whereOf } from "../problems/problems";
import type { CopilotRequest, CopilotSlot } from "../slots";
import { definitionIn } from "../store";
import { applied, type Explanation, labelOf, labelOfTurn, type Proposal } from "./asking";
import { Conversation, focusRequest } from "./Conversation";
import { keepApplied, keepText, useKept } from "./kept";
import { nameOfExecution } from "./mending";
import { ProposalDialog } from "./ProposalDialog";
import type { Turn } from "./turns";
import { type ConversationState, useConversation } from "./useConversation";
import { type Outcome, useCopilot } from "./useCopilot";
import { type Mending, useMending } from "./useMending";

export default function CopilotCard(slot: CopilotSlot) {
  const { document, request, onTaken } = slot;
  const { outcome, ask, clear } = useCopilot();
  const [text, setText] = useState("");
  const copilot = useMe()?.copilot;
  const taken = useRef<CopilotRequest | null>(null);
  const [first, setFirst] = useState<string | null>(null);
  useEffect(() => {
    if (request === null || request === taken.current || copilot === undefined) return;
    taken.current = request;
    if (request.kind === "draft" && copilot.configured) {
      setFirst(request.text);
      onTaken();
      return;
    }
    if (request.kind === "draft") setText(request.text);
    ask(request, document);
  }, [request, document, ask, copilot, onTaken]);
  const done = (isApplied: boolean): void => {
    clear();
    onTaken();
    toCanvas(isApplied);
  };
  const put = (asked: CopilotRequest): void => ask(asked, document);
  return (
    <section className="cp-card stack firm gap-8" aria-label="Copilot">
      <h2 className="cp-title row gap-6 size-14 flush">
        <Spark /> Copilot
      </h2>
      {copilot?.configured === true && <Talk slot={slot} first={first} onFirst={() => setFirst(null)} />}
      {copilot?.configured === false && (
        <Outlining
          text={text}
          onText={setText}
          busy={outcome.kind === "busy"}
          onAsk={() => put({ kind: "draft", text })}
        />
      )}
      <Help slot={slot} busy={outcome.kind === "busy"} ask={put} />
      <Answer outcome={outcome} onClose={() => done(false)} />
      <Provider />
      {outcome.kind === "proposed" && (
        <ProposalDialog
          proposal={outcome.proposal}
          base={outcome.base}
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

/** Once a dialog is closed: to what it made, else to what asked for it, where that is still there. */
function toCanvas(isApplied: boolean): void {
  window.requestAnimationFrame(() => {
    if (isApplied || isNowhere(window.document.activeElement)) focusCanvas();
  });
}

interface TalkProps {
  slot: CopilotSlot;
  /** What was asked before the page was here. */
  first: string | null;
  onFirst: () => void;
}

/** The conversation with the model, and the dialog for a turn's proposal. */
function Talk({ slot, first, onFirst }: TalkProps) {
  const conversation = useConversation(slot.workflow);
  const { begin } = conversation;
  const mending = useMending();
  const { text, applied: done } = useKept();
  const [looked, setLooked] = useState<{ turn: Turn; proposal: Proposal; base: JsonObject } | null>(null);
  const send = (asked: string): void => {
    const about = mending?.execution ?? null;
    void begin(asked, slot.document, about).then((isBegun) => keepText(isBegun ? "" : asked));
  };
  usePrefilled(mending, conversation);
  const { document } = slot;
  useEffect(() => {
    if (first === null) return;
    onFirst();
    void begin(first, document).then((isBegun) => !isBegun && keepText(first));
  }, [first, onFirst, begin, document]);
  return (
    <>
      <Conversation
        conversation={conversation}
        mending={mending}
        text={text}
        onText={keepText}
        onSend={send}
        onLook={(turn, proposal) => setLooked({ turn, proposal, base: slot.document })}
        applied={done}
      />
      {looked !== null && (
        <ProposalDialog
          proposal={looked.proposal}
          base={looked.base}
          isStale={looked.base !== slot.document}
          connectors={slot.connectors}
          onDiscard={() => {
            setLooked(null);
            toCanvas(false);
          }}
          onApply={() => {
            const label = labelOfTurn(looked.turn.asked);
            slot.apply((now) => applied(looked.proposal, now), label);
            slot.select(startOf(looked.proposal.document));
            keepApplied(looked.turn.number, label);
            setLooked(null);
            toCanvas(true);
          }}
        />
      )}
    </>
  );
}

/** Once, the request about the execution that somebody came to mend: to be looked at and sent, where it was not yet. */
function usePrefilled(mending: Mending | null, { isRead, turns }: ConversationState): void {
  const done = useRef("");
  useEffect(() => {
    if (!isRead || mending === null || mending.words === null || done.current === mending.execution) return;
    const { execution, words } = mending;
    done.current = execution;
    if (turns.some(({ asked }) => asked.includes(nameOfExecution(execution)))) return;
    if (useKept.getState().text === "") keepText(words);
    window.requestAnimationFrame(focusRequest);
  }, [isRead, turns, mending]);
}

/** The first step of what was drafted: it comes into sight, with its form beside it. */
function startOf(document: JsonObject): readonly StatePointer[] {
  const definition = definitionIn(document);
  const start = own(definition, "StartAt");
  return typeof start === "string" ? pointersOf(definition, start).slice(0, 1) : [];
}

interface OutliningProps {
  text: string;
  onText: (text: string) => void;
  busy: boolean;
  onAsk: () => void;
}

/** Without a model: the clauses of a request become steps to be filled in. */
function Outlining({ text, onText, busy, onAsk }: OutliningProps) {
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
        placeholder="When an order comes in, check the stock and tell the warehouse"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      />
      <button type="submit" className="cp-ask" disabled={isEmpty || busy} title="Ctrl+Enter">
        Outline it
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
  draft: "Outlining…",
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
  if (copilot.configured) return <p className="dz-quiet">{`A model drafts: ${copilot.provider}${model}.`}</p>;
  return (
    <p className="dz-quiet">
      No model is set: an outline has a step to fill in for each clause. There are{" "}
      <a className="cp-link" href={href(TEMPLATES)} onClick={followClick}>
        templates
      </a>{" "}
      for common tasks. `automate copilot setup` finds a model.
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
