/** The form of a state, by its type. */
import { type ComponentType, memo } from "react";
import { canFail, type StateObject, type StatePointer, type StateType, typeOf } from "../../../asl";
import { STATE_TYPES } from "../../../facts";
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

/** The fields that only a type has; Succeed has none. */
const FORMS: Readonly<Partial<Record<StateType, ComponentType<{ editor: StateEditor }>>>> = {
  Task: TaskForm,
  Choice: ChoiceForm,
  Wait: WaitForm,
  Pass: PassForm,
  Fail: FailForm,
  Parallel: ParallelForm,
  Map: MapForm,
};

interface StateFormProps {
  pointer: StatePointer;
  state: StateObject;
}

export const StateForm = memo(function StateForm({ pointer, state }: StateFormProps) {
  const editor = useStateEditor(pointer, state);
  const type = typeOf(state);
  const OwnForm = type === null ? undefined : FORMS[type];
  return (
    <div className="dz-form stack gap-14">
      {type === null && (
        <Pick
          label="Type of the state"
          value=""
          empty="Choose a type…"
          options={STATE_TYPES.map((each) => ({ value: each, label: each }))}
          onChange={(value) => editor.set("Type", value)}
        />
      )}
      {OwnForm && <OwnForm editor={editor} />}
      {type !== "Choice" && type !== null && <GoesOn editor={editor} />}
      {type !== null && canFail(state) && <Failures editor={editor} />}
      {type !== null && type !== "Fail" && <DataPart editor={editor} result={canFail(state)} />}
      {(type === "Parallel" || type === "Map") && <TimeLimit editor={editor} />}
      <CommentField editor={editor} />
      <SamplePanel language={editor.language} />
    </div>
  );
});

/** Only where someone wrote one: ASL gives Parallel and Map no time-out of their own. */
function TimeLimit({ editor }: { editor: StateEditor }) {
  return editor.state.TimeoutSeconds === undefined ? null : (
    <NumberField editor={editor} field="TimeoutSeconds" label="Time-out" unit="s" />
  );
}
