/** What the execution was started with, and how it ended. */
import type { Execution } from "../../api/schema";
import { parsed } from "./log/events";
import { StepJson } from "./step/StepJson";

export function ValuesTab({ execution }: { execution: Execution }) {
  return (
    <div className="ex-values">
      <StepJson ofExecution title="Input" value={execution.input} fileName={`${execution.name}-input`} />
      {execution.error !== null || execution.cause !== null ? (
        <StepJson
          ofExecution
          title="Error"
          value={{ Error: execution.error, Cause: parsed(execution.cause) }}
          fileName={`${execution.name}-error`}
        />
      ) : execution.ended_at === null ? (
        <section className="ex-part">
          <h2>Output</h2>
          <p className="ex-plain">There is none before it has ended.</p>
        </section>
      ) : (
        <StepJson ofExecution title="Output" value={execution.output} fileName={`${execution.name}-output`} />
      )}
    </div>
  );
}
