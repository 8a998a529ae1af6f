import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function WorkflowsPage() {
  usePage({ title: "Workflows", crumbs: [{ text: "Workflows" }] });
  return <Header variant="h1">Workflows</Header>;
}
