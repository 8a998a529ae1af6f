/** The bar under the canvas: how many problems there are; opened, each with its place, its fixes and the copilot. */
import "./problems.css";
import { memo, type ReactNode, useState } from "react";
import { pointersOf, walk } from "../../../asl";
import { openForm } from "../focus";
import { TextButton } from "../forms/controls";
import type { Slot } from "../slots";
import { apply, definitionOf, documentOf, useDesigner } from "../store";
import { Fixes } from "./Fixes";
import { type Problem, type Severity, whereOf } from "./problems";
import { Sign } from "./Sign";
import { type ToDo, toDosOf, withoutToDo } from "./todos";

type Given = Pick<Slot, "ask" | "show">;

export const ProblemsBar = memo(function ProblemsBar({ ask, show }: Given) {
  const problems = useDesigner((state) => state.problems);
  const checked = useDesigner((state) => state.checked);
  const document = useDesigner(documentOf);
  const states = useDesigner((state) => walk(definitionOf(state)).length);
  const [isOpen, setOpen] = useState(false);
  const toDos = toDosOf(document);
  const count = problems.length + toDos.length;
  const isShown = isOpen && count > 0;
  return (
    <section className="dz-problems firm on-panel" aria-label="Problems">
      {isShown && (
        <ul className="plain-list dz-problems-list scrolls ruled">
          {problems.map((problem) => (
            <ProblemRow key={problem.id} problem={problem} ask={ask} show={show} />
          ))}
          {toDos.map((toDo) => (
            <ToDoRow key={JSON.stringify(toDo)} toDo={toDo} show={show} />
          ))}
        </ul>
      )}
      <div className="dz-problems-bar row gap-10 size-13">
        <button
          type="button"
          className="dz-problems-toggle flex gap-14 medium"
          aria-expanded={isShown}
          disabled={count === 0}
          onClick={() => setOpen(!isOpen)}
        >
          <Summary problems={problems} toDos={toDos.length} />
        </button>
        <span className="dim">{checked ? "" : "checking…"}</span>
        <span className="grow" />
        <span className="dim tabular">{`${states} ${states === 1 ? "state" : "states"}`}</span>
      </div>
    </section>
  );
});

const WORDS: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  advice: ["piece of advice", "pieces of advice"],
};

function Summary({ problems, toDos }: { problems: readonly Problem[]; toDos: number }) {
  const counts = (["error", "warning", "advice"] as const).map((severity) => ({
    severity,
    count: problems.filter((problem) => problem.severity === severity).length,
  }));
  const said = counts.filter(({ count }) => count > 0);
  if (said.length === 0 && toDos === 0) return <span className="ok">✓ No problems</span>;
  return (
    <>
      {said.map(({ severity, count }) => (
        <span key={severity} className={`dz-count dz-is-${severity}`}>
          <Sign of={severity} />
          {`${count} ${WORDS[severity][count === 1 ? 0 : 1]}`}
        </span>
      ))}
      {toDos > 0 && (
        <span className="dz-count dz-is-todo">
          <Sign of="todo" />
          {`${toDos} to do`}
        </span>
      )}
    </>
  );
}

interface RowProps {
  sign: Severity | "todo";
  /** What it is, for those who do not see its sign. */
  spoken: string;
  place: string;
  /** Shows the place; null where it is gone. */
  onShow: (() => void) | null;
  text: string;
  /** What can be done about it. */
  children: ReactNode;
}

function Row({ sign, spoken, place, onShow, text, children }: RowProps) {
  return (
    <li className={`dz-problem flex gap-10 size-13 dz-is-${sign}`}>
      <Sign of={sign} />
      <button
        type="button"
        className="dz-problem-place medium accent"
        disabled={onShow === null}
        onClick={() => onShow?.()}
        title="Show where it is"
      >
        <span className="visually-hidden">{`${spoken} at `}</span>
        {place}
      </button>
      <span className="grow may-narrow breaks">{text}</span>
      <span className="dz-problem-acts flex wraps firm gap-6">{children}</span>
    </li>
  );
}

function ProblemRow({ problem, ask, show }: { problem: Problem } & Given) {
  const { severity, message, state, pointer } = problem;
  return (
    <Row
      sign={severity}
      spoken={WORDS[severity][0]}
      place={whereOf(problem)}
      onShow={() => (state === null ? show("code") : openForm(state, show, pointer.slice(state.length)))}
      text={message}
    >
      <Fixes problem={problem} ask={severity === "advice" ? null : ask} />
    </Row>
  );
}

function ToDoRow({ toDo, show }: { toDo: ToDo } & Pick<Given, "show">) {
  const done = (): void => {
    const document = documentOf(useDesigner.getState());
    apply("Mark a to-do as done", withoutToDo(document, toDo));
  };
  const pointer = useDesigner((state) =>
    toDo.state === null ? undefined : pointersOf(definitionOf(state), toDo.state)[0],
  );
  return (
    <Row
      sign="todo"
      spoken="To do"
      place={toDo.state ?? "Workflow"}
      onShow={pointer === undefined ? null : () => openForm(pointer, show, toDo.pointer)}
      text={toDo.text}
    >
      <TextButton tone="accent" onClick={done}>
        Done
      </TextButton>
    </Row>
  );
}
