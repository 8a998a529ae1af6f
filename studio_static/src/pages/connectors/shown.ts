/** The connectors of the page: those that are installed, and those that are known and not. */

import type { Action, ConnectorList } from "../../api/schema";
import { holdsWords } from "../../ui/search";

export interface Shown {
  code: string;
  name: string;
  description: string;
  icon: string;
  actions: Action[];
  installed: boolean;
  /** Why an installed one cannot be loaded. */
  problem: string | null;
  /** What to do to have one that is not installed. */
  hint: string | null;
}

export function shownOf(data: ConnectorList): Shown[] {
  return [
    ...data.connectors.map((each) => ({
      ...each,
      icon: each.icon ?? "",
      installed: true,
      problem: each.problem ?? null,
      hint: null,
    })),
    ...(data.known ?? []).map((each) => ({
      ...each,
      icon: "",
      installed: false,
      problem: null,
      hint: each.package_hint,
    })),
  ];
}

export function matches(connector: Shown, text: string): boolean {
  const actions = connector.actions.flatMap((action) => [action.name, action.description, action.resource]);
  return holdsWords([connector.name, connector.code, connector.description, ...actions], text);
}
