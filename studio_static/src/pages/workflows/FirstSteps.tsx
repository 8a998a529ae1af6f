/** An empty Studio: four ways to a first workflow. */
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { go, TEMPLATES } from "../../app/links";
import { ActButton } from "../../ui/ActButton";
import type { Doing } from "./look";

interface FirstStepsProps {
  onDo: (doing: Doing) => void;
  onArchived: () => void;
}

const ICONS = {
  samples: "M4 5h7v7H4zm9 0h7v7h-7zM4 14h7v6H4zm9 0h7v6h-7z",
  import: "M12 3v11m0 0 4-4m-4 4-4-4M4 17v3h16v-3",
  copilot: "M12 3l2 5 5 2-5 2-2 5-2-5-5-2 5-2zM18 15l1 2.5 2.5 1-2.5 1-1 2.5-1-2.5-2.5-1 2.5-1z",
  blank: "M12 5v14M5 12h14",
};

export function FirstSteps({ onDo, onArchived }: FirstStepsProps) {
  return (
    <SpaceBetween size="l">
      <Box textAlign="center" padding={{ top: "xl" }}>
        <Box variant="h1">Workflows</Box>
        <Box color="text-body-secondary" padding={{ top: "xs" }}>
          Nothing is here yet. Begin with what you have.
        </Box>
      </Box>
      <div className="first-steps">
        <Step
          icon={ICONS.samples}
          title="Start from a sample or a template"
          action={
            <span className="flex wraps gap-8">
              <ActButton right="publish" variant="primary" onClick={() => onDo({ what: "samples" })}>
                Show the samples
              </ActButton>
              <ActButton right="edit" onClick={() => go(TEMPLATES)}>
                See the templates
              </ActButton>
            </span>
          }
        >
          Samples run at once: an order with payment and stock, an approval that waits for a person. Templates are
          drafts of common tasks for you to fill in.
        </Step>
        <Step
          icon={ICONS.import}
          title="Import"
          action={
            <ActButton right="edit" onClick={() => onDo({ what: "import" })}>
              Import a file
            </ActButton>
          }
        >
          A workflow document, a definition in the Amazon States Language, a SAM or CloudFormation template, an n8n
          export.
        </Step>
        <Step
          copilot
          icon={ICONS.copilot}
          title="Say it in a sentence"
          action={
            <ActButton right="edit" onClick={() => go("/wizard/")}>
              Ask the copilot
            </ActButton>
          }
        >
          “When a high value order comes in, ask finance on Slack and charge the card” becomes a draft that you check,
          or without a model an outline.
        </Step>
        <Step
          icon={ICONS.blank}
          title="Draw it"
          action={
            <ActButton right="edit" onClick={() => go("/wizard/")}>
              Open the designer
            </ActButton>
          }
        >
          Begin on an empty canvas: steps from the palette, rules as sentences, the definition always beside it.
        </Step>
      </div>
      <Box textAlign="center">
        <Link onFollow={onArchived}>Look into the archive</Link>
      </Box>
    </SpaceBetween>
  );
}

interface StepProps {
  icon: string;
  title: string;
  action: ReactNode;
  copilot?: boolean;
  children: ReactNode;
}

function Step({ icon, title, action, copilot = false, children }: StepProps) {
  return (
    <section className={`first-step stack gap-6 framed on-card${copilot ? " first-step-copilot" : ""}`}>
      <span className="first-step-icon" aria-hidden="true">
        <svg
          viewBox="0 0 24 24"
          width="22"
          height="22"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinejoin="round"
          strokeLinecap="round"
          aria-hidden="true"
        >
          <path d={icon} />
        </svg>
      </span>
      <h2>{title}</h2>
      <p>{children}</p>
      <div>{action}</div>
    </section>
  );
}
