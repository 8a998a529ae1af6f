import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function AuditPage() {
  usePage({ title: "Audit log", crumbs: [{ text: "Audit log" }] });
  return <Header variant="h1">Audit log</Header>;
}
