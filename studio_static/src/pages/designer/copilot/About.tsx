/** The mark over the field: which execution a request is about. It can be taken away. */
import { executionHref, followClick } from "../../../app/links";
import { nameOfExecution } from "./mending";
import type { Mending } from "./useMending";

export function About({ mending: { execution, leave } }: { mending: Mending }) {
  const name = nameOfExecution(execution);
  return (
    <p className="cp-about row gap-6 text-12 flush">
      <span className="may-narrow breaks">
        about execution{" "}
        <a className="cp-link" href={executionHref(execution)} onClick={followClick}>
          {name}
        </a>
      </span>
      <button type="button" className="cp-leave" aria-label={`Not about execution ${name}`} onClick={leave}>
        <span aria-hidden="true">×</span>
      </button>
    </p>
  );
}
