/** Under an expression: what it gives for the sample, a moment after typing stopped. */
import { useEffect, useState } from "react";
import type { QueryLanguage } from "../../../asl";
import { type Evaluated, evaluate } from "./evaluate";
import { preview } from "./paths";
import { useSample } from "./SampleContext";

const PAUSE_MS = 150;

export function LiveValue({ expression, language }: { expression: string; language: QueryLanguage }) {
  const { sample } = useSample();
  const [found, setFound] = useState<Evaluated | null>(null);
  useEffect(() => {
    if (sample === null || expression.trim() === "") return setFound(null);
    let isCurrent = true;
    const timer = window.setTimeout(() => {
      void evaluate(expression, language, sample).then((value) => isCurrent && setFound(value));
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [expression, language, sample]);
  if (sample === null || found === null) return null;
  return (
    <div className={`dz-live flex gap-6 size-12 breaks on-panel dz-live-${found.kind}`} title={`With ${sample.title}`}>
      {found.kind === "value" && (
        <>
          <span aria-hidden="true">=</span>
          <span className="visually-hidden">gives</span> <span className="mono">{words(found.value)}</span>
        </>
      )}
      {found.kind === "nothing" && "gives nothing with this sample"}
      {found.kind === "error" && <span>{found.message}</span>}
    </div>
  );
}

function words(value: Parameters<typeof preview>[0]): string {
  if (typeof value !== "object" || value === null) return preview(value, 120);
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
