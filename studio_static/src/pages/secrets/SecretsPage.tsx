import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function SecretsPage() {
  usePage({ title: "Secrets", crumbs: [{ text: "Secrets" }] });
  return <Header variant="h1">Secrets</Header>;
}
