/** The sample's fields: a click puts a field's path into the expression that had the focus, else into the clipboard. */
import { useId, useState } from "react";
import { notify } from "../../../app/flash";
import type { Json, QueryLanguage } from "../../../asl";
import { Pick, TextButton } from "../forms/controls";
import { JsonInput } from "../forms/JsonInput";
import { inputRoot, preview, rowsOf, type SampleRow } from "./paths";
import { useSample } from "./SampleContext";

const SHOWN = 60;

export function SamplePanel({ language }: { language: QueryLanguage }) {
  const { samples, sample, choose, type, insert } = useSample();
  const [isTyping, setTyping] = useState(false);
  const title = useId();
  const put = async (path: string): Promise<void> => {
    if (insert(path)) return;
    await navigator.clipboard.writeText(path);
    notify({
      id: "path",
      type: "success",
      content: `${path} is in the clipboard. Click into an expression first to insert it there.`,
    });
  };
  return (
    <section className="dz-sample" aria-labelledby={title}>
      <div className="dz-sample-head row gap-8">
        <h2 id={title}>Sample</h2>
        <Pick
          label="Sample that expressions are tried with"
          value={sample === null ? "" : String(samples.indexOf(sample))}
          empty={samples.length === 0 ? "No run yet" : undefined}
          options={samples.map((each, index) => ({ value: String(index), label: each.title }))}
          onChange={(index) => index !== "" && choose(Number(index))}
        />
        <TextButton aria-expanded={isTyping} onClick={() => setTyping(!isTyping)}>
          {isTyping ? "Close" : "Type one"}
        </TextButton>
      </div>
      {isTyping && <JsonInput label="Sample input" value={sample?.input ?? {}} onChange={type} minHeight="120px" />}
      {!isTyping && sample !== null && (
        <ul className="plain-list dz-sample-list">
          {rows(sample.input, sample.variables, language).map(({ path, name, value, depth }) => (
            <li key={path}>
              <button
                type="button"
                style={{ paddingLeft: 8 + depth * 12 }}
                title={`Insert ${path}`}
                onClick={() => void put(path)}
              >
                <span className="mono">{name}</span>
                <span className="one-line dz-sample-value grow may-narrow dim mono">{preview(value)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {!isTyping && sample === null && (
        <p className="dz-quiet">
          Run the workflow once, pin an output or type a sample: expressions then show their value.
        </p>
      )}
    </section>
  );
}

function rows(input: Json, variables: Readonly<Record<string, Json>>, language: QueryLanguage): SampleRow[] {
  const found = [
    ...rowsOf(input, inputRoot(language), language),
    ...Object.entries(variables).flatMap(([name, value]) => rowsOf(value, `$${name}`, language)),
  ];
  return found.slice(0, SHOWN);
}
