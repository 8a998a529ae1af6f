/** A value with its heading: of the selected step, or of the whole execution. */
import { JsonView } from "../../../ui/JsonView";

interface StepJsonProps {
  title: string;
  value: unknown;
  fileName?: string;
  open?: number;
  /** Its place in the page's outline, and its accessible name, differ from those of a step's. */
  ofExecution?: boolean;
}

export function StepJson({ title, value, fileName, open, ofExecution = false }: StepJsonProps) {
  return (
    <section className="ex-part">
      {ofExecution ? <h2>{title}</h2> : <h3>{title}</h3>}
      <JsonView
        value={value}
        label={ofExecution ? `${title} of the execution` : title}
        {...(fileName === undefined ? {} : { fileName })}
        {...(open === undefined ? {} : { open })}
      />
    </section>
  );
}
