/** The form of a state, by its type. */
import { canFail, type StateObject, type StatePointer, typeOf } from "../../../asl";
import { Pick } from "../forms/controls";
import { SamplePanel } from "../values/SamplePanel";
import { ChoiceForm } from "./ChoiceForm";
import { FailForm } from "./FailForm";
import { Failures } from "./Failures";
import { MapForm } from "./MapForm";
import { ParallelForm } from "./ParallelForm";
import { CommentField, DataPart, GoesOn, NumberField } from "./Parts";
import { PassForm } from "./PassForm";
import { TaskForm } from "./TaskForm";
import { type StateEditor, useStateEditor } from "./useState";
import { WaitForm } from "./WaitForm";

const TYPES = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"] as const;

export function StateForm({ pointer, state }: { pointer: StatePointer; state: StateObject }) {
  const editor = useStateEditor(pointer, state);
  const type = typeOf(state);
  return (
    <div className="dz-form">
      {type === null && (
        <Pick
          label="Type of the state"
          value=""
          empty="Choose a type…"
          options={TYPES.map((each) => ({ value: each, label: each }))}
          onChange={(value) => editor.set("Type", value)}
        />
      )}
      <OwnForm editor={editor} />
      {type !== "Choice" && type !== null && <GoesOn editor={editor} />}
      {type !== null && canFail(state) && <Failures editor={editor} />}
      {type !== null && type !== "Fail" && <DataPart editor={editor} result={canFail(state)} />}
      {(type === "Parallel" || type === "Map") && <TimeLimit editor={editor} />}
      <CommentField editor={editor} />
      <SamplePanel language={editor.language} />
    </div>
  );
}

function OwnForm({ editor }: { editor: StateEditor }) {
  switch (typeOf(editor.state)) {
    case "Task":
      return <TaskForm editor={editor} />;
    case "Choice":
      return <ChoiceForm editor={editor} />;
    case "Wait":
      return <WaitForm editor={editor} />;
    case "Pass":
      return <PassForm editor={editor} />;
    case "Fail":
      return <FailForm editor={editor} />;
    case "Parallel":
      return <ParallelForm editor={editor} />;
    case "Map":
      return <MapForm editor={editor} />;
    default:
      return null;
  }
}

/** Only where someone wrote one: ASL gives Parallel and Map no time-out of their own. */
function TimeLimit({ editor }: { editor: StateEditor }) {
  return editor.state.TimeoutSeconds === undefined ? null : (
    <NumberField editor={editor} field="TimeoutSeconds" label="Time-out" unit="s" />
  );
}
