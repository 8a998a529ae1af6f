/** A page that is a list: its head, its filters, its rows, and what stands there without rows. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { ListEmpty, type ListEmptyProps } from "./ListEmpty";
import { Stale } from "./Loaded";

/** Columns, of which some are not shown: false. */
export type Columns<T> = readonly (TableProps.ColumnDefinition<T> | false)[];

interface ListPageProps<T>
  extends ListEmptyProps,
    Omit<TableProps<T>, "children" | "columnDefinitions" | "empty" | "header" | "variant"> {
  title: string;
  /** How many there are: "(12)". */
  counter?: string | undefined;
  description: string;
  /** Asks again: a button of the head. */
  onLookAgain?: () => Promise<void>;
  actions: ReactNode;
  /** Said between the head and the filters. */
  above?: ReactNode;
  columns: Columns<T>;
}

export function ListPage<T>({
  title,
  counter,
  description,
  onLookAgain,
  actions,
  above,
  columns,
  what,
  from,
  skeletonRows,
  noMatch,
  hint,
  onShowAll,
  children,
  ...table
}: ListPageProps<T>) {
  return (
    <Table<T>
      variant="full-page"
      stickyHeader
      columnDefinitions={columns.filter((column) => column !== false)}
      header={
        <SpaceBetween size="s">
          <Header
            variant="awsui-h1-sticky"
            counter={counter}
            description={description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {onLookAgain && <Button iconName="refresh" ariaLabel="Look again" onClick={() => void onLookAgain()} />}
                {actions}
              </SpaceBetween>
            }
          >
            {title}
          </Header>
          {from.error && table.items && table.items.length > 0 && <Stale what={what} message={from.error.message} />}
          {above}
        </SpaceBetween>
      }
      empty={<ListEmpty {...{ what, from, skeletonRows, noMatch, hint, onShowAll, children }} />}
      {...table}
    />
  );
}
