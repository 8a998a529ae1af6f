/** What a step was given, what it gave or failed with, the stack trace, and the lines of its log. */
import type { Execution, StepDetail } from "../../../api/schema";
import { LogLines } from "../log/LogLines";
import { StepJson } from "./StepJson";

export function Overview({ execution, detail }: { execution: Execution; detail: StepDetail }) {
  const { step } = detail;
  const file = (part: string) => `${execution.name}-${step.name}-${part}`;
  const failed = detail.error !== null || detail.cause !== null;
  const hasEnded = step.exited_at !== null;
  return (
    <div className="ex-parts">
      <StepJson title="Input" value={detail.input} fileName={file("input")} />
      {detail.arguments !== null && (
        <StepJson title="Called with" value={detail.arguments} fileName={file("arguments")} open={1} />
      )}
      {failed && (
        <StepJson title="Error" value={{ Error: detail.error, Cause: detail.cause }} fileName={file("error")} />
      )}
      {detail.stack_trace && (
        <section className="ex-part">
          <h3>Stack trace</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <pre className="code-room ex-stack size-12 breaks scrolls flush" tabIndex={0}>
            {detail.stack_trace}
          </pre>
        </section>
      )}
      {hasEnded && !(failed && detail.output === null) && (
        <StepJson title="Output" value={detail.output} fileName={file("output")} />
      )}
      {detail.result !== null && (
        <StepJson title="Result of the call" value={detail.result} fileName={file("result")} open={1} />
      )}
      <section className="ex-part">
        <h3>Log</h3>
        {detail.logs.length > 0 ? (
          <LogLines lines={detail.logs} label="Log of this step" />
        ) : (
          <p className="ex-plain">{step.type === "Task" ? "Nothing was logged." : "Only tasks write to the log."}</p>
        )}
      </section>
    </div>
  );
}
