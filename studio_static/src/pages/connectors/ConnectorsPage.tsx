import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function ConnectorsPage() {
  usePage({ title: "Connectors", crumbs: [{ text: "Connectors" }] });
  return <Header variant="h1">Connectors</Header>;
}
