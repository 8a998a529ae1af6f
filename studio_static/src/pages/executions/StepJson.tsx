/** A value with its heading. */
import { JsonView } from "../../ui/JsonView";

interface StepJsonProps {
  title: string;
  value: unknown;
  fileName?: string;
  open?: number;
}

export function StepJson({ title, value, fileName, open }: StepJsonProps) {
  return (
    <section className="ex-part">
      <h3>{title}</h3>
      <JsonView
        value={value}
        label={title}
        {...(fileName === undefined ? {} : { fileName })}
        {...(open === undefined ? {} : { open })}
      />
    </section>
  );
}
