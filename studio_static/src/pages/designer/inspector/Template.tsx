/** A field that is a template: not given, an object by rows, one expression, or any other JSON. */
import { isObject, type Json, own } from "../../../asl";
import { Field, Segments } from "../forms/controls";
import { ExpressionInput } from "../forms/ExpressionInput";
import { expressionIn } from "../forms/field";
import { JsonInput } from "../forms/JsonInput";
import { Rows } from "../forms/Rows";
import type { StateEditor } from "./useState";

interface TemplateProps {
  editor: StateEditor;
  field: string;
  label: string;
  hint?: string;
  /** What one row is. */
  what: string;
  live?: boolean;
}

type Shape = "none" | "fields" | "expression" | "json";

export function Template({ editor, field, label, hint, what, live = true }: TemplateProps) {
  const { state, language, pointer, set } = editor;
  const value = own(state, field);
  const shape = shapeOf(value);
  const aside = (
    <Segments
      label={`Shape of ${label}`}
      value={shape}
      options={shapesOf(language)}
      onChange={(next) => set(field, converted(next, value))}
    />
  );
  return (
    <Field label={label} hint={hint} aside={aside}>
      <div className={shape === "fields" ? "dz-nested stack gap-10" : undefined}>
        {shape === "fields" && isObject(value) && (
          <Rows
            value={value}
            onChange={(next) => set(field, next)}
            language={language}
            pointer={pointer}
            what={what}
            live={live}
          />
        )}
        {shape === "expression" && (
          <ExpressionInput
            label={label}
            value={expressionIn(value) ?? ""}
            onChange={(text) => set(field, `{% ${text} %}`)}
            language={language}
            pointer={pointer}
            live={live}
          />
        )}
        {shape === "json" && value !== undefined && (
          <JsonInput label={label} value={value} onChange={(next) => set(field, next)} />
        )}
      </div>
    </Field>
  );
}

function shapeOf(value: Json | undefined): Shape {
  if (value === undefined) return "none";
  if (expressionIn(value) !== null) return "expression";
  return isObject(value) ? "fields" : "json";
}

function shapesOf(language: string): { value: Shape; label: string; title: string }[] {
  const shapes: { value: Shape; label: string; title: string }[] = [
    { value: "none", label: "Off", title: "Not given" },
    { value: "fields", label: "Fields", title: "An object, field by field" },
  ];
  if (language === "JSONata") shapes.push({ value: "expression", label: "ƒ", title: "One expression" });
  shapes.push({ value: "json", label: "JSON", title: "Any JSON" });
  return shapes;
}

function converted(shape: Shape, value: Json | undefined): Json | undefined {
  switch (shape) {
    case "none":
      return undefined;
    case "fields":
      return isObject(value) ? value : {};
    case "expression":
      return "{% $states.input %}";
    case "json":
      return isObject(value) || value === undefined ? [] : value;
  }
}
