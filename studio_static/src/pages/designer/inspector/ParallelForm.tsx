/** The form of a Parallel state. */
import { addBranch, isObject, own, removeBranch, walk } from "../../../asl";
import { AddButton, Part, TextButton } from "../forms/controls";
import { edit } from "../store";
import { Template } from "./Template";
import { type StateEditor, textOf } from "./useState";

export function ParallelForm({ editor }: { editor: StateEditor }) {
  const { state, pointer, language } = editor;
  const branches = own(state, "Branches");
  const list = Array.isArray(branches) ? branches.filter(isObject) : [];
  return (
    <>
      <section className="stack gap-12" aria-label="Branches">
        <div className="dz-block-head">
          <h3>Branches</h3>
          <AddButton onClick={() => edit((definition) => addBranch(definition, pointer))}>Add a branch</AddButton>
        </div>
        <ol className="plain-list stack gap-8">
          {list.map((branch, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: branches have no identity but their place
            <li key={index} className="row apart gap-8">
              <span className="may-narrow breaks">
                {`${index + 1}. `}
                {textOf(own(branch, "StartAt")) || `Branch ${index + 1}`}{" "}
                <span className="dz-quiet">{`· ${count(walk(branch).length)}`}</span>
              </span>
              <TextButton
                tone="danger"
                label={`Remove branch ${index + 1}`}
                disabled={list.length <= 1}
                onClick={() => edit((definition) => removeBranch(definition, pointer, index))}
              >
                ✕
              </TextButton>
            </li>
          ))}
        </ol>
      </section>
      <Part
        title="Input of the branches"
        summary={
          own(state, language === "JSONata" ? "Arguments" : "Parameters") === undefined
            ? "the state's input"
            : "made here"
        }
      >
        <Template
          editor={editor}
          field={language === "JSONata" ? "Arguments" : "Parameters"}
          label="Input of each branch"
          what="field"
        />
      </Part>
    </>
  );
}

const count = (states: number): string => (states === 1 ? "1 state" : `${states} states`);
