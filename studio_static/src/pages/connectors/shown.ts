/** The connectors of the page. */

import type { Action, ConnectorList } from "../../api/schema";
import { holdsWords } from "../../ui/search";

export interface Shown {
  code: string;
  name: string;
  description: string;
  icon: string;
  actions: Action[];
  /** Why one cannot be loaded. */
  problem: string | null;
}

export function shownOf(data: ConnectorList): Shown[] {
  return data.connectors.map((each) => ({ ...each, icon: each.icon ?? "", problem: each.problem ?? null }));
}

export function matches(connector: Shown, text: string): boolean {
  const actions = connector.actions.flatMap((action) => [action.name, action.description, action.resource]);
  return holdsWords([connector.name, connector.code, connector.description, ...actions], text);
}
