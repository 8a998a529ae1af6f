/**
 * Redrive all executions of a workflow that ended in one way: first which, then how far it is, then those that were
 * refused. Closed while it is at work, it stops after the page that is under way; what goes on goes on.
 */
import { useEffect, useRef, useState } from "react";
import { path } from "../../../api/client";
import type { NotRedriven, RedrivenMany } from "../../../api/schema";
import { notify } from "../../../app/flash";
import { executionHref } from "../../../app/links";
import { usePreferences } from "../../../app/preferences";
import { Dialog } from "../../../ui/Dialog";
import { NavLink } from "../../../ui/NavLink";
import { StatusMark } from "../../../ui/StatusMark";
import { everyPage } from "../everyPage";
import { Fact } from "../Fact";
import { progressWords } from "../redrive";
import { type ManyToRedrive, prefixWords, redriveRequest, windowWords } from "./filters";

/** So many at once that it is seen to go on, and no request takes long. */
const PAGE = 25;

/** How they ended, in the title. */
const WHICH = { FAILED: "failed", TIMED_OUT: "timed out", ABORTED: "were stopped" } as const;

interface Progress {
  readonly redriven: number;
  readonly refused: readonly NotRedriven[];
  /** The token of the page that comes next. */
  readonly next: string | null;
}

type Stage = "asked" | "at work" | "failed" | "done";

interface RedriveManyDialogProps {
  many: ManyToRedrive;
  /** As far as they are counted: "about 1,200". */
  howMany: string;
  onClose: () => void;
}

export function RedriveManyDialog({ many, howMany, onClose }: RedriveManyDialogProps) {
  const clock = usePreferences((state) => state.clock);
  const [stage, setStage] = useState<Stage>("asked");
  const { progress, redriveAll } = useRedriveAll(many);
  const words = progressWords(progress.redriven, progress.refused.length);
  const redrive = async () => {
    setStage("at work");
    try {
      const { redriven, refused, next, isClosed } = await redriveAll();
      if (refused.length > 0 && !isClosed) return setStage("done");
      const told = progressWords(redriven, refused.length);
      if (next !== null) return notify({ type: "info", content: `${told}; then it was stopped.` });
      notify({ type: "success", content: `${told}.` });
      if (!isClosed) onClose();
    } catch (thrown) {
      setStage("failed");
      throw thrown;
    }
  };
  return (
    <Dialog
      title={
        stage === "done" ? `Redrive of ${many.workflow}` : `Redrive all of ${many.workflow} that ${WHICH[many.status]}?`
      }
      act={stage === "done" ? "Close" : stage === "failed" ? "Go on" : "Redrive all"}
      cancel={stage === "done" ? null : stage === "at work" ? "Stop here" : stage === "failed" ? "Close" : "Cancel"}
      onAct={stage === "done" ? async () => onClose() : redrive}
      onClose={onClose}
    >
      <dl className="ex-details">
        <Fact name="How many">{howMany}</Fact>
        <Fact name="Workflow">{many.workflow}</Fact>
        <Fact name="Status">
          <StatusMark status={many.status} />
        </Fact>
        <Fact name="Error">{prefixWords(many.error)}</Fact>
        {many.name && <Fact name="Name">{prefixWords(many.name)}</Fact>}
        {many.business_key && <Fact name="Business key">{prefixWords(many.business_key)}</Fact>}
        <Fact name="Started">{windowWords(many, clock)}</Fact>
      </dl>
      <p className="ex-plain" role="status">
        {stage === "asked"
          ? "Each goes on where it stood, by its own version and with its own input; what succeeded is kept."
          : `${words}${stage === "at work" ? " …" : "."}`}
      </p>
      {progress.refused.length > 0 && <Refused of={progress.refused} />}
    </Dialog>
  );
}

/** Page after page; called again after an error it goes on with the page that failed: those before were done. */
function useRedriveAll(many: ManyToRedrive) {
  const [progress, setProgress] = useState<Progress>({ redriven: 0, refused: [], next: null });
  const latest = useRef(progress);
  const control = useRef(new AbortController());
  useEffect(() => {
    control.current = new AbortController();
    return () => control.current.abort();
  }, []);
  const redriveAll = async () => {
    const { signal } = control.current;
    await everyPage<RedrivenMany>(
      path("/workflows/{}/redrive", many.workflow),
      { ...redriveRequest(many), limit: PAGE },
      {
        from: latest.current.next,
        signal,
        onPage: ({ redriven, refused, next_token }) => {
          latest.current = {
            redriven: latest.current.redriven + redriven.length,
            refused: [...latest.current.refused, ...refused],
            next: next_token,
          };
          setProgress(latest.current);
        },
      },
    );
    return { ...latest.current, isClosed: signal.aborted };
  };
  return { progress, redriveAll };
}

/** Each in the API's words, its id in them as the link to it. */
function Refused({ of }: { of: readonly NotRedriven[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <ul className="code-room ex-refused breaks scrolls flush" aria-label="Refused" tabIndex={0}>
      {of.map(({ id, message }) => {
        const at = message.indexOf(id);
        return (
          <li key={id}>
            {message.slice(0, Math.max(0, at))}
            <NavLink to={executionHref(id)}>{id}</NavLink>
            {at < 0 ? `: ${message}` : message.slice(at + id.length)}
          </li>
        );
      })}
    </ul>
  );
}
