/** The designer: at `/wizard/` what to begin with, at `/wizard/NAME` that workflow's draft. */
import "./designer.css";
import { part } from "../../app/part";
import { Workbench } from "./Workbench";

const StartPage = part(() => import("./start/StartPage"));

export default function DesignerPage({ workflow }: { workflow: string | null }) {
  return workflow === null ? <StartPage /> : <Workbench key={workflow} workflow={workflow} />;
}
