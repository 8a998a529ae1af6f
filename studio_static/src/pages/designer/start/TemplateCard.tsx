/** One template: its picture, what it does, what it calls. */
import Button from "@cloudscape-design/components/button";
import { useMemo } from "react";
import { serviceName } from "../../../asl/describe";
import { Thumbnail } from "../../../canvas/Thumbnail";
import { definitionIn } from "../store";
import type { Template } from "./begin";

interface TemplateCardProps {
  template: Template;
  busy: boolean;
  disabled: boolean;
  onUse: () => void;
}

export function TemplateCard({ template, busy, disabled, onUse }: TemplateCardProps) {
  const { title, area, description, connectors, document, to_dos: toDos } = template;
  const definition = useMemo(() => definitionIn(document), [document]);
  return (
    <li className="tp-card stack framed on-card">
      <div className="tp-picture ruled on-panel">
        <Thumbnail definition={definition} />
      </div>
      <div className="tp-words stack grow gap-6">
        <span className="tp-area size-12 medium">{area}</span>
        <h3 className="flush size-16">{title}</h3>
        <p className="flush soft grow">{description}</p>
        <ul className="plain-list flex wraps gap-6" aria-label="Calls">
          {connectors.map((code) => (
            <li key={code} className="tag">
              {serviceName(code)}
            </li>
          ))}
        </ul>
        <div className="tp-foot row apart gap-8">
          <span className="dim size-12">{toDos.length === 0 ? "" : `${toDos.length} to fill in`}</span>
          <Button ariaLabel={`Use “${title}”`} loading={busy} disabled={disabled && !busy} onClick={onUse}>
            Use
          </Button>
        </div>
      </div>
    </li>
  );
}
