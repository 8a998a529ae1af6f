/** A JSON value in a form: an editor that says what is wrong and keeps the last good value. */
import type { Json } from "../../../asl";
import { Code } from "../../../ui/Code";
import { useJsonText } from "./useJsonText";

interface JsonInputProps {
  label: string;
  value: Json;
  onChange: (value: Json) => void;
  minHeight?: string;
}

export function JsonInput({ label, value, onChange, minHeight = "64px" }: JsonInputProps) {
  const { text, setText, fault } = useJsonText(value, onChange);
  return (
    <div>
      <Code label={label} value={text} onChange={setText} lineNumbers={false} minHeight={minHeight} maxHeight="260px" />
      {fault && <div className="dz-error dz-field-text">{`Line ${fault.line}: ${fault.message}`}</div>}
    </div>
  );
}
