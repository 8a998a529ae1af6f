/** The Rule Tester on its own: a Choice of any workflow, or a condition that is in none yet. */
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { WorkflowList } from "../../api/schema";
import { type Fetched, useApi } from "../../api/useApi";
import { usePage } from "../../app/page";
import { useUrlState } from "../../app/urlState";
import { Problem } from "../../ui/Problem";
import { RuleTester } from "./RuleTester";
import { type FoundChoice, OWN_CONDITION, OWN_RULE } from "./subject";
import { type DraftOfChoices, useDraft } from "./useDraft";

const URL_STATE = { workflow: "", state: "", language: "" };
type UrlState = typeof URL_STATE;

export default function RuleTesterPage() {
  usePage({ title: "Rule tester", crumbs: [{ text: "Rule tester" }], contentType: "table" });
  const [url, setUrl] = useUrlState(URL_STATE);
  const list = useApi<WorkflowList>("/workflows");
  const draft = useDraft(url.workflow === "" ? null : url.workflow);
  const choices = draft.data?.choices ?? [];
  const choice = choices.find(({ name }) => name === url.state) ?? choices[0] ?? null;
  const own = url.language === "JSONPath" ? OWN_RULE : OWN_CONDITION;
  const chooser = <Chooser list={list} url={url} setUrl={setUrl} draft={draft} choice={choice} />;
  const isOwn = url.workflow === "";
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="Try rules against payloads. The engine itself decides; nothing runs.">
        Rule tester
      </Header>
      {isOwn && <RuleTester key={own.kind} of={null} own={own} chooser={chooser} />}
      {!isOwn && draft.data !== null && choice !== null && (
        <RuleTester
          key={`${url.workflow} ${choice.pointer}`}
          of={{ workflow: url.workflow, choice, document: draft.data.document, change: draft.change }}
          own={own}
          chooser={chooser}
        />
      )}
      {!isOwn && (draft.data === null || choice === null) && <div className="rt-panel">{chooser}</div>}
      {draft.error !== null && (
        <Problem error={draft.error} what={`the workflow ${url.workflow}`} onRetry={() => void draft.reload()} />
      )}
    </SpaceBetween>
  );
}

interface ChooserProps {
  list: Fetched<WorkflowList>;
  url: UrlState;
  setUrl: (change: Partial<UrlState>) => void;
  draft: DraftOfChoices;
  choice: FoundChoice | null;
}

const MINE = { value: "", label: "A condition of my own" };

function Chooser({ list, url, setUrl, draft, choice }: ChooserProps) {
  const workflows = (list.data?.workflows ?? []).map(({ name }) => ({ value: name, label: name }));
  const chosen = url.workflow === "" ? MINE : { value: url.workflow, label: url.workflow };
  return (
    <div className="rt-chooser">
      <FormField label="Rules of">
        <Select
          selectedOption={chosen}
          options={[MINE, { label: "Workflows", options: workflows }]}
          statusType={list.loading ? "loading" : "finished"}
          filteringType={workflows.length > 8 ? "auto" : "none"}
          onChange={({ detail }) => setUrl({ workflow: detail.selectedOption.value ?? "", state: "" })}
        />
      </FormField>
      {url.workflow === "" ? (
        <FormField label="Language">
          <Select
            selectedOption={language(url.language || "JSONata")}
            options={["JSONata", "JSONPath"].map(language)}
            onChange={({ detail }) =>
              setUrl({ language: detail.selectedOption.value === "JSONPath" ? "JSONPath" : "" })
            }
          />
        </FormField>
      ) : (
        <FormField label="Choice">
          <Select
            selectedOption={choice === null ? null : { value: choice.name, label: choice.name }}
            options={(draft.data?.choices ?? []).map(({ name }) => ({ value: name, label: name }))}
            placeholder={draft.data === null ? "Loading …" : "This workflow has no Choice"}
            disabled={choice === null}
            onChange={({ detail }) => setUrl({ state: detail.selectedOption.value ?? "" })}
          />
        </FormField>
      )}
    </div>
  );
}

const language = (value: string) => ({ value, label: value });
