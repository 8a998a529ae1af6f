/** A Task: the action and its inputs as the action's specification has them; anything beside them row by row. */
import { useMemo } from "react";
import {
  bareResource,
  isObject,
  type Json,
  own,
  patternOf,
  resourceParts,
  serviceName,
  withEntry,
  withoutEntry,
} from "../../../asl";
import { Check, Field, Part, Pick, Segments, TextInput } from "../forms/controls";
import { ExpressionInput } from "../forms/ExpressionInput";
import { expressionIn, type FieldSpec, readField, writeField } from "../forms/field";
import { Rows } from "../forms/Rows";
import { ValueField } from "../forms/ValueField";
import { AWS_ACTIONS, awsResource } from "../palette/aws";
import { allConnectors, type FoundAction, findAction, resourcesOf } from "../palette/items";
import { useDesigner } from "../store";
import { useAtMostOnce } from "../useAtMostOnce";
import { NumberField } from "./Parts";
import { type StateEditor, textOf } from "./useState";

export function TaskForm({ editor }: { editor: StateEditor }) {
  const { state } = editor;
  const resource = textOf(own(state, "Resource"));
  const list = useDesigner((all) => all.connectors);
  const found = useMemo(() => findAction(list, resource), [list, resource]);
  return (
    <>
      <Action editor={editor} resource={resource} found={found} />
      <Inputs editor={editor} inputs={found?.action.inputs ?? {}} isKnown={found !== null} resource={resource} />
      <Waiting editor={editor} resource={resource} />
    </>
  );
}

function Action({ editor, resource, found }: { editor: StateEditor; resource: string; found: FoundAction | null }) {
  const parts = resourceParts(resource);
  const resources = useResources();
  const hint =
    found === null ? (
      resource === "" ? (
        "Choose an action in the palette, or type its resource."
      ) : (
        `${serviceName(parts.service)} · ${parts.action}`
      )
    ) : (
      <>
        {found.action.description} <span className="dz-tag">{found.action.kind === "read" ? "reads" : "writes"}</span>
        {found.action.at_most_once && <span className="dz-tag">at most once</span>}
      </>
    );
  return (
    <Field at="Resource" label="Action" required hint={hint}>
      <TextInput mono value={resource} list={resources} onChange={(value) => editor.set("Resource", value)} />
    </Field>
  );
}

function useResources(): readonly string[] {
  const list = useDesigner((state) => state.connectors);
  return useMemo(
    () => [
      ...resourcesOf(allConnectors(list)),
      ...AWS_ACTIONS.flatMap((action) => action.patterns.map((pattern) => awsResource(action, pattern))),
    ],
    [list],
  );
}

interface InputsProps {
  editor: StateEditor;
  inputs: Readonly<Record<string, FieldSpec>>;
  isKnown: boolean;
  resource: string;
}

function Inputs({ editor, inputs, isKnown, resource }: InputsProps) {
  const { state, language, pointer, name, change } = editor;
  const key = language === "JSONata" ? "Arguments" : "Parameters";
  const value = own(state, key);
  const names = useMemo(() => new Set(Object.keys(inputs)), [inputs]);
  const write = (next: Json | undefined, field: string): void =>
    change(
      `Edit ${field} of ${name}`,
      (old) => (next === undefined ? withoutEntry(old, key) : withEntry(old, key, next)),
      `${key} ${field}`,
    );
  const whole = expressionIn(value);
  const args = isObject(value) ? value : {};
  const shape = whole !== null ? "expression" : "fields";
  const groups = Object.entries(inputs);
  const required = groups.filter(
    ([field, spec]) => spec.required === true || readField(args, field, language).kind !== "unset",
  );
  const optional = groups.filter((entry) => !required.includes(entry));
  const field = ([each, spec]: [string, FieldSpec]) => (
    <ValueField
      key={each}
      name={each}
      spec={spec}
      value={readField(args, each, language)}
      onChange={(next) => write(writeField(args, each, next, language), each)}
      language={language}
      pointer={pointer}
    />
  );
  return (
    <section className="stack gap-12" aria-label="Inputs">
      <div className="dz-block-head">
        <h2>Inputs</h2>
        {language === "JSONata" && (
          <Segments
            label="How the inputs are given"
            value={shape}
            options={[
              { value: "fields", label: "Fields", title: "Input by input" },
              { value: "expression", label: "ƒ", title: "All of them by one expression" },
            ]}
            onChange={(next) => write(next === "expression" ? "{% $states.input %}" : {}, "inputs")}
          />
        )}
      </div>
      {whole !== null ? (
        <ExpressionInput
          label="Inputs"
          value={whole}
          language={language}
          pointer={pointer}
          onChange={(text) => write(`{% ${text} %}`, "inputs")}
        />
      ) : (
        <>
          {required.map(field)}
          {optional.length > 0 && (
            <Part title="More inputs" summary={optional.map(([each]) => each).join(", ")}>
              {optional.map(field)}
            </Part>
          )}
          {isKnown ? (
            <Beyond args={args} names={names} language={language} />
          ) : (
            <Rows
              value={args}
              onChange={(next) => write(next, "inputs")}
              language={language}
              pointer={pointer}
              what="argument"
              suggestions={suggestionsFor(resource)}
            />
          )}
        </>
      )}
    </section>
  );
}

function suggestionsFor(resource: string): readonly string[] {
  const bare = bareResource(resource);
  return Object.keys(AWS_ACTIONS.find((action) => awsResource(action) === bare)?.start ?? {});
}

/** Inputs that the action does not take: the connector would refuse them. */
function Beyond({
  args,
  names,
  language,
}: {
  args: Record<string, Json>;
  names: ReadonlySet<string>;
  language: string;
}) {
  const beyond = Object.keys(args).filter(
    (key) => !names.has(language === "JSONPath" ? key.replace(/\.\$$/, "") : key),
  );
  if (beyond.length === 0) return null;
  return (
    <p className="dz-error dz-field-text">{`Not taken by this action: ${beyond.join(", ")}. Remove ${beyond.length === 1 ? "it" : "them"} in the JSON.`}</p>
  );
}

function patternsOf(resource: string): readonly string[] {
  const bare = bareResource(resource);
  const aws = AWS_ACTIONS.find((action) => awsResource(action) === bare);
  if (aws !== undefined) return aws.patterns;
  return bare.startsWith("connector:") ? ["", ".waitForTaskToken"] : ["", patternOf(resource)];
}

const PATTERN_WORDS: Readonly<Record<string, string>> = {
  "": "Go on with the answer",
  ".sync": "Wait until the job has ended",
  ".sync:2": "Wait until it has ended",
  ".waitForTaskToken": "Wait until someone answers (task token)",
};

function Waiting({ editor, resource }: { editor: StateEditor; resource: string }) {
  const patterns = [...new Set(patternsOf(resource))];
  const pattern = patternOf(resource);
  const seconds = own(editor.state, "TimeoutSeconds");
  return (
    <Part
      title="Waiting"
      summary={`${PATTERN_WORDS[pattern] ?? pattern}${typeof seconds === "number" ? ` · at most ${seconds} s` : ""}`}
      open={pattern !== "" || seconds !== undefined}
    >
      {patterns.length > 1 && (
        <Field label="After the call">
          <Pick
            value={pattern}
            options={patterns.filter(Boolean).map((each) => ({ value: each, label: PATTERN_WORDS[each] ?? each }))}
            empty={PATTERN_WORDS[""] ?? ""}
            onChange={(next) => editor.set("Resource", bareResource(resource) + next)}
          />
        </Field>
      )}
      <div className="dz-grid">
        <NumberField editor={editor} field="TimeoutSeconds" label="Time-out" unit="s" />
        <NumberField editor={editor} field="HeartbeatSeconds" label="Heartbeat" unit="s" />
      </div>
      <AtMostOnce name={editor.name} />
    </Part>
  );
}

function AtMostOnce({ name }: { name: string }) {
  const { names, set } = useAtMostOnce();
  return (
    <Check checked={names.includes(name)} onChange={(isOn) => set(name, isOn)}>
      At most once: never repeat the call when its outcome is unknown
    </Check>
  );
}
