/** Templates to begin with: those that fit the words of the search, else of the sentence above, else all. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { withQuery } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import { type Fetched, useApi } from "../../../api/useApi";
import { go, workflowHref } from "../../../app/links";
import { useUrlState } from "../../../app/urlState";
import { EmptyState } from "../../../ui/EmptyState";
import { Search } from "../../../ui/FilterFields";
import { Loaded } from "../../../ui/Loaded";
import { ErrorAlert } from "../../../ui/Problem";
import { Skeleton } from "../../../ui/Skeleton";
import { putDraft } from "../saving/api";
import { asksForTemplates, freeWorkflowName, fromTemplate, type Template, whatFits } from "./begin";
import { TemplateCard } from "./TemplateCard";

const FEW = 6;
const TYPING_MS = 300;
const URL_STATE = { words: "" };

interface TemplatesProps {
  /** What is to happen, as far as it was said. */
  sentence: string;
  /** Names of workflows; null until they are known. */
  taken: readonly string[] | null;
}

export function Templates({ sentence, taken }: TemplatesProps) {
  const [{ words: sought }, setUrl] = useUrlState(URL_STATE);
  /** The sentence that is not asked about: somebody wanted to see them all. */
  const [ignored, setIgnored] = useState("");
  const words = useSettled(whatFits(sought, sentence === ignored ? "" : sentence));
  const found = useKept(useApi<{ templates: readonly Template[] }>(withQuery("/templates", { words })));
  const isOfSentence = words !== "" && sought.trim() === "";
  const section = useRef<HTMLElement>(null);
  const isHere = found.data !== null;
  useEffect(() => {
    if (isHere && asksForTemplates()) section.current?.scrollIntoView();
  }, [isHere]);
  return (
    <section ref={section} className="tp-section" aria-label="Begin with a template">
      <SpaceBetween size="m">
        <Header variant="h2" description={isOfSentence ? OF_SENTENCE : OF_ALL}>
          Begin with a template
        </Header>
        <div className="filters-text">
          <Search
            label="Find a template"
            value={sought}
            placeholder="Find a template: refund, onboarding"
            onChange={(next) => setUrl({ words: next })}
          />
        </div>
        <Loaded from={found} what="the templates" loading={<Skeleton what="the templates" rows={8} />}>
          {({ templates }) => (
            <Gallery
              key={words}
              templates={templates}
              taken={taken}
              onShowAll={() => {
                setUrl({ words: "" });
                setIgnored(sentence);
              }}
            />
          )}
        </Loaded>
      </SpaceBetween>
    </section>
  );
}

const OF_SENTENCE = "Those that fit what you wrote above, the best first.";
const OF_ALL = "Whole workflows for common tasks, with test cases. What you fill in is a list of to-dos.";

interface GalleryProps {
  templates: readonly Template[];
  taken: readonly string[] | null;
  onShowAll: () => void;
}

function Gallery({ templates, taken, onShowAll }: GalleryProps) {
  const [isWhole, setWhole] = useState(false);
  const [using, setUsing] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const use = async (template: Template): Promise<void> => {
    setUsing(template.name);
    const name = freeWorkflowName(template.name, taken ?? []);
    try {
      await putDraft(name, fromTemplate(template, name), null);
      go(workflowHref(name));
    } catch (thrown) {
      setError(asApiError(thrown));
      setUsing(null);
    }
  };
  if (templates.length === 0) {
    return (
      <EmptyState title="No template fits these words" action={<Button onClick={onShowAll}>Show all</Button>}>
        Fewer words find more.
      </EmptyState>
    );
  }
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={error} />
      <ul className="plain-list tp-grid">
        {(isWhole ? templates : templates.slice(0, FEW)).map((template) => (
          <TemplateCard
            key={template.name}
            template={template}
            busy={using === template.name}
            disabled={taken === null || using !== null}
            onUse={() => void use(template)}
          />
        ))}
      </ul>
      {!isWhole && templates.length > FEW && (
        <Button onClick={() => setWhole(true)}>{`Show all ${templates.length}`}</Button>
      )}
    </SpaceBetween>
  );
}

/** `value` once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What was found last stands until what is asked for now is there. */
function useKept<T>(fetched: Fetched<T>): Fetched<T> {
  const last = useRef<T | null>(null);
  useEffect(() => {
    if (fetched.data !== null) last.current = fetched.data;
  }, [fetched.data]);
  return { ...fetched, data: fetched.data ?? last.current };
}
