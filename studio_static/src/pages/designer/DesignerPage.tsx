import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function DesignerPage({ workflow }: { workflow: string | null }) {
  const title = workflow ?? "Designer";
  usePage({ title, crumbs: [{ text: "Workflows", href: "/" }, { text: title }], fullBleed: true });
  return <Header variant="h1">{title}</Header>;
}
