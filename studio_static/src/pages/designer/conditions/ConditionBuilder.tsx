/** A condition as rows: field, operator, value; groups of them joined by and, or, not. What has no row stays text. */
import type { QueryLanguage } from "../../../asl";
import { AddButton, Pick, TextButton, TextInput } from "../forms/controls";
import { wholeIn } from "./jsonata";
import {
  asGroup,
  type Comparison,
  type Condition,
  type Group,
  newComparison,
  OPERATORS,
  type Operator,
  operatorsOf,
  withField,
  withOperator,
} from "./model";
import { OperandInput } from "./Operand";

export interface BuilderProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  language: QueryLanguage;
  /** Paths to offer for a field. */
  paths: readonly string[];
  /** Those that hold a number in the sample. */
  numbers: ReadonlySet<string>;
}

export function ConditionBuilder({ condition, onChange, ...rest }: BuilderProps) {
  return <GroupRows group={asGroup(condition)} onChange={onChange} depth={0} {...rest} />;
}

interface GroupProps extends Omit<BuilderProps, "condition" | "onChange"> {
  group: Group;
  onChange: (group: Group) => void;
  onRemove?: () => void;
  depth: number;
}

function GroupRows({ group, onChange, onRemove, depth, language, paths, numbers }: GroupProps) {
  const { members, join, negated } = group;
  const replace = (index: number, next: Condition): void =>
    onChange({ ...group, members: members.map((member, at) => (at === index ? next : member)) });
  const remove = (index: number): void => onChange({ ...group, members: members.filter((_, at) => at !== index) });
  const field = language === "JSONata" ? "$states.input." : "$.";
  const add = (member: Condition): void => onChange({ ...group, members: [...members, member] });
  const words = negated ? (join === "and" ? "Not all of" : "None of") : join === "and" ? "All of" : "Any of";
  return (
    <div className={depth === 0 ? "stack gap-8" : "stack gap-8 dz-conditions-inner"}>
      {(members.length > 1 || depth > 0 || negated) && (
        <div className="dz-row">
          <Pick
            label="How the conditions are joined"
            value={`${negated ? "not " : ""}${join}`}
            options={[
              { value: "and", label: "All of these hold" },
              { value: "or", label: "Any of these holds" },
              { value: "not and", label: "Not all of these hold" },
              { value: "not or", label: "None of these holds" },
            ]}
            onChange={(value) =>
              onChange({ ...group, negated: value.startsWith("not "), join: value.endsWith("or") ? "or" : "and" })
            }
          />
          {onRemove && (
            <TextButton label={`Remove the group “${words}”`} onClick={onRemove}>
              ✕
            </TextButton>
          )}
        </div>
      )}
      {members.map((member, index) => (
        <Member
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition's members have no identity but their place
          key={index}
          member={member}
          depth={depth + 1}
          language={language}
          paths={paths}
          numbers={numbers}
          onChange={(next) => replace(index, next)}
          onRemove={() => remove(index)}
        />
      ))}
      <div className="dz-row">
        <AddButton onClick={() => add(newComparison(field))}>Add a condition</AddButton>
        {depth < 3 && (
          <AddButton
            onClick={() =>
              add({
                kind: "group",
                join: join === "and" ? "or" : "and",
                negated: false,
                members: [newComparison(field), newComparison(field)],
              })
            }
          >
            Add a group
          </AddButton>
        )}
      </div>
    </div>
  );
}

interface MemberProps extends Omit<BuilderProps, "condition"> {
  member: Condition;
  onRemove: () => void;
  depth: number;
}

function Member({ member, depth, onChange, ...common }: MemberProps) {
  if (member.kind === "group") return <GroupRows group={member} depth={depth} onChange={onChange} {...common} />;
  if (member.kind === "comparison") return <Row row={member} onChange={onChange} {...common} />;
  return (
    <div className="dz-condition dz-condition-text">
      <TextInput
        label="Expression without a form"
        mono
        lines={common.language === "JSONata" ? 2 : 4}
        value={member.text}
        onChange={(text) => onChange({ kind: "text", text })}
      />
      <TextButton label="Remove this expression" onClick={common.onRemove}>
        ✕
      </TextButton>
    </div>
  );
}

interface RowProps {
  row: Comparison;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
  language: QueryLanguage;
  paths: readonly string[];
  numbers: ReadonlySet<string>;
}

function Row({ row, onChange, onRemove, language, paths, numbers }: RowProps) {
  const operators = operatorsOf(language).map((value) => ({ value, label: OPERATORS[value].label }));
  return (
    <div className="dz-condition">
      <TextInput
        label="Field"
        mono
        list={paths}
        value={row.field}
        onChange={(field) => onChange(withField(row, field, numbers.has(field)))}
        onBlur={() => {
          const whole = language === "JSONata" ? wholeIn(row) : null;
          if (whole !== null) onChange(whole);
        }}
      />
      <Pick
        label={`Operator for ${row.field}`}
        value={row.operator}
        options={operators}
        onChange={(operator) => onChange(withOperator(row, operator as Operator))}
      />
      <OperandInput
        comparison={row}
        language={language}
        paths={paths}
        isNumber={numbers.has(row.field)}
        onChange={(operand) => onChange({ ...row, operand })}
      />
      <TextButton place="dz-condition-remove" label={`Remove the condition on ${row.field}`} onClick={onRemove}>
        ✕
      </TextButton>
    </div>
  );
}
