/** The settings of one kind: what each says, its value, and how it is changed here. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { Setting } from "../../api/schema";
import { titleOf, valueWords } from "./words";

interface GroupProps {
  title: string;
  description: string;
  settings: Setting[];
}

export function Group({ title, description, settings }: GroupProps) {
  if (settings.length === 0) return null;
  return (
    <Table
      variant="container"
      wrapLines
      header={
        <Header variant="h2" description={description}>
          {title}
        </Header>
      }
      items={settings}
      trackBy="name"
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={[
        {
          id: "what",
          header: "Setting",
          isRowHeader: true,
          minWidth: 180,
          cell: (item) => (
            <div>
              {titleOf(item.name)}
              <details>
                <summary className="dim">
                  How to change it<span className="visually-hidden">{`: ${titleOf(item.name)}`}</span>
                </summary>
                <Box variant="p">{item.says}</Box>
                <Box variant="p">{item.change}</Box>
              </details>
            </div>
          ),
        },
        {
          id: "value",
          header: "Value",
          width: "40%",
          minWidth: 110,
          cell: (item) => (
            <div className="breaks">
              {valueWords(item)}
              {item.is_default && <div className="dim">default</div>}
            </div>
          ),
        },
      ]}
    />
  );
}
