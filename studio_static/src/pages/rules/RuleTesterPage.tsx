import Header from "@cloudscape-design/components/header";
import { usePage } from "../../app/page";

export default function RuleTesterPage() {
  usePage({ title: "Rule tester", crumbs: [{ text: "Rule tester" }] });
  return <Header variant="h1">Rule tester</Header>;
}
