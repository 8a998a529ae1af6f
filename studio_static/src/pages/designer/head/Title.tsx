/** What is open, and whether it is published and saved. */
import "./head.css";
import { useWhyNot } from "../../../app/me";
import { documentOf, kindOf, useDesigner } from "../store";
import { SaveMark } from "./SaveMark";

export function Title({ workflow }: { workflow: string }) {
  const whyNotEdit = useWhyNot("edit");
  const active = useDesigner((state) => state.activeVersion);
  const kind = useDesigner((state) => kindOf(documentOf(state)));
  return (
    <div className="dz-title row may-narrow gap-8">
      <h1 title={workflow}>{workflow}</h1>
      {kind === "EXPRESS" && <span className="dz-pill">Express</span>}
      {active === null ? (
        <span className="dz-pill">Not published</span>
      ) : (
        <span className="dz-pill dz-pill-ok tone-ok">{`v${active} active`}</span>
      )}
      {whyNotEdit === undefined ? (
        <SaveMark />
      ) : (
        <span className="dz-pill tone-warn" title={whyNotEdit}>
          To look at: nothing is saved
        </span>
      )}
    </div>
  );
}
