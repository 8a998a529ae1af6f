/** A Choice: its rules in their order, each a condition built or typed, and the "otherwise" row. */
import { useEffect, useMemo, useRef, useState } from "react";
import {
  isObject,
  type Json,
  type JsonObject,
  own,
  type QueryLanguage,
  ruleSentence,
  variablesAt,
  withEntry,
  withoutEntry,
} from "../../../asl";
import { type BuilderProps, ConditionBuilder } from "../conditions/ConditionBuilder";
import { readCondition, unwrapped, wrapped, writeCondition } from "../conditions/jsonata";
import { conditionIn, readRule, withCondition } from "../conditions/jsonpath";
import { type Condition, incomplete, simplified } from "../conditions/model";
import type { ItemCard } from "../forms/cards";
import { AddButton, Card, Field } from "../forms/controls";
import { ExpressionInput } from "../forms/ExpressionInput";
import { JsonInput } from "../forms/JsonInput";
import { newCondition } from "../palette/items";
import { definitionOf, useDesigner } from "../store";
import { inputRoot, pathsOf } from "../values/paths";
import { useSample } from "../values/SampleContext";
import { Target } from "./Target";
import { listOf, type StateEditor, textOf } from "./useState";

export function ChoiceForm({ editor }: { editor: StateEditor }) {
  const { state, name, pointer, change, language } = editor;
  const rules = listOf(editor, "Choices", "rule");
  return (
    <>
      <p className="dz-quiet">The first rule that holds decides where the flow goes on.</p>
      {rules.cards.map((card) => (
        <Rule key={card.number} {...card} editor={editor} />
      ))}
      <AddButton onClick={() => rules.add({ ...newCondition(language), Next: "" })}>Add a rule</AddButton>
      <div className="dz-card">
        <Field
          at="Default"
          label="Otherwise go to"
          hint={
            own(state, "Default") === undefined
              ? "Without it, the execution fails with States.NoChoiceMatched when no rule holds."
              : undefined
          }
        >
          <Target
            pointer={pointer}
            port="default"
            label="Otherwise go to"
            empty="Fail: no rule matched"
            value={textOf(own(state, "Default"))}
            onChange={(to) =>
              change(to === "" ? `Remove the otherwise of ${name}` : `Lead ${name} otherwise to ${to}`, (old) =>
                to === "" ? withoutEntry(old, "Default") : withEntry(old, "Default", to),
              )
            }
          />
        </Field>
      </div>
    </>
  );
}

interface RuleProps extends ItemCard {
  editor: StateEditor;
}

function Rule({ editor, item: rule, number, onChange, ...tools }: RuleProps) {
  const { pointer, language } = editor;
  const known = useKnownPaths(editor);
  const { condition, setCondition, missing } = useCondition(rule, language, (next) => onChange(next, "condition"));
  return (
    <Card title={`Rule ${number}`} what={`rule ${number}`} {...tools}>
      <p className="dz-sentence">
        When <strong>{ruleSentence(rule)}</strong>
      </p>
      <div className="dz-beside">
        <div>
          <ConditionBuilder condition={condition} onChange={setCondition} language={language} {...known} />
          {missing && (
            <p className="dz-error dz-field-text">{`${missing} The rule stays as it was until it is complete.`}</p>
          )}
        </div>
        <ConditionText editor={editor} item={rule} number={number} onChange={onChange} />
      </div>
      <Field label="Then go to" required>
        <Target
          pointer={pointer}
          port={`choice/${number - 1}`}
          label={`Rule ${number} leads to`}
          empty="Choose a state…"
          value={textOf(own(rule, "Next"))}
          onChange={(next) => onChange(withEntry(rule, "Next", next), "Next")}
        />
      </Field>
    </Card>
  );
}

/** The same condition as text: JSONata, or the rule's JSON. */
function ConditionText({ editor, item: rule, number, onChange }: Omit<RuleProps, "onRemove" | "onUp" | "onDown">) {
  const write = (next: JsonObject): void => onChange(next, "text");
  const { pointer, language } = editor;
  if (language === "JSONata") {
    const condition = own(rule, "Condition");
    const text = typeof condition === "string" ? unwrapped(condition) : JSON.stringify(condition ?? null);
    return (
      <ExpressionInput
        label={`Condition of rule ${number}`}
        value={text}
        language="JSONata"
        pointer={pointer}
        onChange={(next) => write(withEntry(rule, "Condition", wrapped(next)))}
      />
    );
  }
  return <JsonInput label={`Rule ${number} as JSON`} value={rule} onChange={(next) => isObject(next) && write(next)} />;
}

interface Conditioned {
  readonly condition: Condition;
  readonly setCondition: (condition: Condition) => void;
  /** Why the condition is not written yet. */
  readonly missing: string | null;
}

/**
 * The rule's condition as a tree. What is not complete yet is kept here; the rule is written once it is. A rule changed
 * elsewhere (its text, undo) is read anew.
 */
function useCondition(rule: JsonObject, language: QueryLanguage, onChange: (rule: JsonObject) => void): Conditioned {
  const text = useMemo(() => JSON.stringify(conditionOf(rule, language)), [rule, language]);
  const [draft, setDraft] = useState<{ text: string; condition: Condition }>(() => ({
    text,
    condition: readOf(rule, language),
  }));
  const latest = useRef(rule);
  latest.current = rule;
  useEffect(() => {
    setDraft((old) => (old.text === text ? old : { text, condition: readOf(latest.current, language) }));
  }, [text, language]);
  const missing = incomplete(draft.condition, language);
  const setCondition = (condition: Condition): void => {
    if (incomplete(condition, language) !== null) {
      setDraft({ text, condition });
      return;
    }
    const next = written(rule, simplified(condition), language);
    setDraft({ text: JSON.stringify(conditionOf(next, language)), condition });
    onChange(next);
  };
  return { condition: draft.condition, setCondition, missing };
}

function conditionOf(rule: JsonObject, language: QueryLanguage): Json {
  if (language === "JSONata") return own(rule, "Condition") ?? null;
  return conditionIn(rule);
}

function readOf(rule: JsonObject, language: QueryLanguage): Condition {
  if (language === "JSONPath") return readRule(rule);
  const condition = own(rule, "Condition");
  return typeof condition === "string"
    ? readCondition(condition)
    : { kind: "text", text: JSON.stringify(condition ?? null) };
}

/** The rule with another condition; everything else of it stays. */
function written(rule: JsonObject, condition: Condition, language: QueryLanguage): JsonObject {
  if (language === "JSONata") return withEntry(rule, "Condition", wrapped(writeCondition(condition)));
  return withCondition(rule, condition);
}

/** What a field may be: paths of the sample and variables. */
function useKnownPaths({ pointer, language }: StateEditor): Pick<BuilderProps, "paths" | "numbers"> {
  const { sample } = useSample();
  const definition = useDesigner(definitionOf);
  return useMemo(() => {
    const variables = variablesAt(definition, pointer).map((name) => `$${name}`);
    const found = sample === null ? [] : pathsOf(sample.input, inputRoot(language), language);
    const numbers = found.filter(({ value }) => typeof value === "number").map(({ path }) => path);
    return { paths: [...variables, ...found.map(({ path }) => path)], numbers: new Set(numbers) };
  }, [definition, pointer, language, sample]);
}
