import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function ExecutionPage({ id }: { id: string }) {
  usePage({ title: id, crumbs: [{ text: "Executions", href: "/executions/" }, { text: id }] });
  return <Header variant="h1">{id}</Header>;
}
