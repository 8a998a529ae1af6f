/** The conversation in the copilot's card: its turns, the newest at the bottom, and the field for the next. */
import {
  type FormEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { ErrorWords } from "../../../ui/Problem";
import { TextButton } from "../forms/controls";
import { undoEdit, useDesigner } from "../store";
import { About } from "./About";
import type { Proposal } from "./asking";
import { callWords, caseWords, changeWords, type Turn, usageWords } from "./turns";
import type { ConversationState } from "./useConversation";
import type { Mending } from "./useMending";

interface ConversationProps {
  conversation: ConversationState;
  mending: Mending | null;
  text: string;
  onText: (text: string) => void;
  onSend: (text: string) => void;
  onLook: (turn: Turn, proposal: Proposal) => void;
  /** The step of the history that applied a turn's proposal, by the turn's number. */
  applied: ReadonlyMap<number, string>;
}

export function Conversation(props: ConversationProps) {
  const { conversation, mending, text, onText, onSend, onLook, applied } = props;
  const { turns, running, error } = conversation;
  const list = useRef<HTMLOListElement>(null);
  useNewestInSight(list, turns);
  return (
    <>
      {turns.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <ol ref={list} className="plain-list stack gap-12 cp-turns scrolls" aria-label="Conversation" tabIndex={0}>
          {turns.map((turn) => (
            <TurnView
              key={turn.number}
              turn={turn}
              isLast={turn === turns.at(-1)}
              applied={applied.get(turn.number) ?? null}
              onLook={onLook}
              onSend={onSend}
            />
          ))}
        </ol>
      )}
      <p className="cp-status" role="status">
        {running ? "The copilot is at work." : ""}
      </p>
      {error !== null && (
        <div className="cp-said stack gap-6 text-13 on-card cp-failed">
          <ErrorWords error={error} />
          <TextButton tone="accent" onClick={conversation.retry}>
            Try again
          </TextButton>
        </div>
      )}
      {mending !== null && <About mending={mending} />}
      <Field
        text={text}
        onText={onText}
        onSend={onSend}
        running={running}
        isFirst={turns.length === 0 && mending === null}
      />
      <div className="row apart wraps gap-6">
        {running ? (
          <TextButton tone="accent" onClick={conversation.stop}>
            Stop
          </TextButton>
        ) : (
          <span />
        )}
        {turns.length > 0 && !running && <Forget onForget={conversation.forget} />}
      </div>
    </>
  );
}

/**
 * What has come is brought into sight: in the list where that scrolls, else on the page, as on a phone. There whoever has
 * scrolled up reads on.
 */
function useNewestInSight(list: RefObject<HTMLOListElement | null>, turns: readonly Turn[]): void {
  const last = turns.at(-1);
  const seen = last === undefined ? "" : `${last.number} ${last.status} ${last.text.length} ${last.calls.length}`;
  /** Whether the end was in sight before this came: at first it is where one begins to read. */
  const isFollowed = useRef(true);
  useLayoutEffect(() => {
    if (list.current === null || seen === "") return;
    list.current.scrollTop = list.current.scrollHeight;
    const isOfPage = getComputedStyle(list.current).maxHeight === "none";
    if (isOfPage && isFollowed.current) endOf()?.scrollIntoView({ block: "nearest" });
  }, [list, seen]);
  useEffect(() => {
    const end = endOf();
    if (end === null || seen === "") return;
    const observer = new IntersectionObserver(([entry]) => {
      isFollowed.current = entry?.isIntersecting ?? true;
    });
    observer.observe(end);
    return () => observer.disconnect();
  }, [seen]);
}

/** The conversation's last line: the button that sends. */
const endOf = (): Element | null => document.querySelector(".cp-card .cp-ask");

/** To the field, after what stands in it. */
export function focusRequest(): void {
  const field = document.querySelector<HTMLTextAreaElement>(".cp-text");
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

const EXAMPLE = "When a high value order comes in, ask finance on Slack and charge the card";

interface FieldProps {
  text: string;
  onText: (text: string) => void;
  onSend: (text: string) => void;
  running: boolean;
  isFirst: boolean;
}

function Field({ text, onText, onSend, running, isFirst }: FieldProps) {
  const id = useId();
  const isEmpty = text.trim() === "";
  const submit = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (!isEmpty && !running) onSend(text);
  };
  return (
    <form className="stack gap-6" onSubmit={submit}>
      <label htmlFor={id} className="text-12">
        {isFirst ? "What should happen?" : "What should change, or what do you want to know?"}
      </label>
      <textarea
        id={id}
        className="dz-input cp-text"
        rows={3}
        maxLength={4000}
        value={text}
        placeholder={isFirst ? EXAMPLE : "After charging, also tell #orders"}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
        }}
      />
      <button type="submit" className="cp-ask" disabled={isEmpty || running} title="Enter; Shift+Enter begins a line">
        {isFirst ? "Draft it" : "Send"}
      </button>
    </form>
  );
}

function Forget({ onForget }: { onForget: () => void }) {
  const [asks, setAsks] = useState(false);
  if (!asks) {
    return (
      <TextButton tone="copilot" onClick={() => setAsks(true)}>
        Delete this conversation
      </TextButton>
    );
  }
  return (
    <span className="row gap-6 text-12">
      Delete it for good?
      <TextButton
        tone="accent"
        onClick={() => {
          setAsks(false);
          onForget();
        }}
      >
        Delete
      </TextButton>
      <TextButton tone="copilot" onClick={() => setAsks(false)}>
        Keep
      </TextButton>
    </span>
  );
}

interface TurnViewProps {
  turn: Turn;
  isLast: boolean;
  applied: string | null;
  onLook: (turn: Turn, proposal: Proposal) => void;
  onSend: (text: string) => void;
}

function TurnView({ turn, isLast, applied, onLook, onSend }: TurnViewProps) {
  const { used, most } = usageWords(turn);
  const isOver = turn.status !== "RUNNING";
  return (
    <li className="stack gap-6 text-13" aria-label={`Turn ${turn.number}`}>
      <p className="cp-asked flush breaks">{turn.asked}</p>
      <Calls turn={turn} isOver={isOver} />
      {turn.text !== "" && <p className="cp-answered flush breaks">{turn.text}</p>}
      {turn.question !== null && (
        <div className="stack gap-6">
          <p className="flush">{turn.question.text}</p>
          <div className="flex wraps gap-6">
            {turn.question.choices.map((choice) => (
              <button
                key={choice}
                type="button"
                className="cp-choice"
                disabled={!isLast}
                onClick={() => onSend(choice)}
              >
                {choice}
              </button>
            ))}
          </div>
        </div>
      )}
      {turn.proposal !== null && <Proposed turn={turn} proposal={turn.proposal} applied={applied} onLook={onLook} />}
      {turn.problem !== null && (
        <div className="cp-said stack gap-6 on-card cp-failed">
          <strong>{`No draft: ${turn.problem.message}.`}</strong>
          <span>{turn.problem.advice}</span>
          {turn.problem.findings.length > 0 && (
            <ul className="cp-notes">
              {turn.problem.findings.slice(0, 5).map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      {isOver && (
        <p className="dz-quiet flush" title={most}>
          {turn.status === "STOPPED" ? `Stopped · ${used}` : used}
        </p>
      )}
    </li>
  );
}

/** The calls of tools: each in a line while the turn runs, then folded behind their number. */
function Calls({ turn, isOver }: { turn: Turn; isOver: boolean }) {
  if (turn.calls.length === 0) return isOver ? null : <p className="dz-quiet flush">Thinking …</p>;
  const lines = (
    <ul className="plain-list cp-calls">
      {turn.calls.map((call, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: calls are only appended
        <li key={index} className={call.failed ? "is-failed" : ""}>
          {callWords(call)}
        </li>
      ))}
    </ul>
  );
  if (!isOver) return lines;
  return (
    <details className="cp-folded">
      <summary>{turn.calls.length === 1 ? "1 step" : `${turn.calls.length} steps`}</summary>
      {lines}
    </details>
  );
}

interface ProposedProps {
  turn: Turn;
  proposal: Proposal;
  applied: string | null;
  onLook: (turn: Turn, proposal: Proposal) => void;
}

function Proposed({ turn, proposal, applied, onLook }: ProposedProps) {
  const last = useDesigner((state) => state.history.past.at(-1)?.label ?? null);
  const failing = proposal.cases.filter(({ passed }) => !passed);
  const open = proposal.clauses.filter(({ open: why }) => why !== null);
  const cases = caseWords(proposal);
  const isNewest = applied !== null && last === applied;
  return (
    <div className="cp-said stack gap-6 on-card cp-proposed">
      <span>
        <strong>{changeWords(proposal)}</strong>
        {cases !== null && `, ${cases}`}
      </span>
      {failing.map(({ name, problem }) => (
        <span key={name} className="cp-fails">{`${name} fails: ${problem ?? ""}`}</span>
      ))}
      {open.map(({ text, open: why }) => (
        <span key={text}>{`Left open: “${text}”. ${why ?? ""}`}</span>
      ))}
      {applied === null ? (
        <TextButton tone="accent" onClick={() => onLook(turn, proposal)}>
          Look at it
        </TextButton>
      ) : (
        <span className="row gap-6">
          Applied
          <TextButton
            tone="accent"
            disabled={!isNewest}
            title={isNewest ? "Take this step back" : "There are newer steps: Ctrl+Z takes them back first"}
            onClick={undoEdit}
          >
            Undo
          </TextButton>
        </span>
      )}
    </div>
  );
}
