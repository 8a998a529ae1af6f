import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function ExecutionsPage() {
  usePage({ title: "Executions", crumbs: [{ text: "Executions" }] });
  return <Header variant="h1">Executions</Header>;
}
