/** Which page an address opens. Every page is a chunk of its own, fetched when it is first opened. */
import { type ComponentType, lazy } from "react";
import { type Me, type Right, whyNot } from "./me";

type Parameters = Record<string, string | undefined>;
type Page = ComponentType<Parameters>;

interface RouteRow {
  pattern: string;
  /** The page fills everything under the breadcrumbs, without paddings: canvases. */
  fullBleed: boolean;
  load: () => Promise<{ default: Page }>;
  page: Page;
}

function row<P extends object>(
  pattern: string,
  load: () => Promise<{ default: ComponentType<P> }>,
  props: (given: Parameters) => P,
  fullBleed = false,
): RouteRow {
  const loaded = async () => {
    const Found = (await load()).default;
    return { default: (given: Parameters) => <Found {...props(given)} /> };
  };
  return { pattern, fullBleed, load: loaded, page: lazy(loaded) };
}

const none = () => ({});
const settings = () => import("../pages/settings/SettingsPage");
const designer = () => import("../pages/designer/DesignerPage");

export const ROUTES: readonly RouteRow[] = [
  row("/", () => import("../pages/workflows/WorkflowsPage"), none),
  row("/wizard", designer, () => ({ workflow: null })),
  row("/wizard/:workflow", designer, (given) => ({ workflow: given.workflow ?? null }), true),
  row("/executions", () => import("../pages/executions/list/ExecutionsPage"), none),
  row(
    "/executions/:id",
    () => import("../pages/executions/ExecutionPage"),
    (given) => ({ id: given.id ?? "" }),
    true,
  ),
  row("/dashboard", () => import("../pages/dashboard/DashboardPage"), none),
  row("/approvals", () => import("../pages/approvals/ApprovalsPage"), none),
  row(
    "/approvals/:approval",
    () => import("../pages/approvals/ApprovalPage"),
    (given) => ({ approval: given.approval ?? "" }),
  ),
  row("/triggers", () => import("../pages/triggers/TriggersPage"), none),
  row(
    "/triggers/:workflow/:trigger",
    () => import("../pages/triggers/TriggerPage"),
    (given) => ({ workflow: given.workflow ?? "", trigger: given.trigger ?? "" }),
  ),
  row(
    "/forms/:workflow/:trigger",
    () => import("../pages/triggers/FormPage"),
    (given) => ({ workflow: given.workflow ?? "", trigger: given.trigger ?? "" }),
  ),
  row("/rules", () => import("../pages/rules/RuleTesterPage"), none),
  row("/secrets", () => import("../pages/secrets/SecretsPage"), none),
  row("/connections", () => import("../pages/connections/ConnectionsPage"), none),
  row("/connections/:step", () => import("../pages/connections/ConnectedPage"), none),
  row("/connectors", () => import("../pages/connectors/ConnectorsPage"), none),
  row("/audit", () => import("../pages/audit/AuditPage"), none),
  row("/access", () => import("../pages/access/AccessPage"), none),
  row("/settings", settings, none),
  row("/storage", settings, none),
];

function matches(pattern: string, location: string): boolean {
  return new RegExp(`^${pattern.replace(/:\w+/g, "[^/]+")}/?$`).test(location);
}

/** Whether the page of an address fills the shell. Known before the page is: nothing moves when it comes. */
export function isFullBleed(location: string): boolean {
  return ROUTES.some(({ pattern, fullBleed }) => fullBleed && matches(pattern, location));
}

export interface NavigationItem {
  text: string;
  href: string;
  /** For the command palette. */
  keywords: string;
  /** Shown to those who hold it. */
  right?: Right;
}

export const NAVIGATION: readonly (NavigationItem | null)[] = [
  { text: "Workflows", href: "/", keywords: "home list import samples" },
  { text: "Designer", href: "/wizard/", keywords: "author canvas edit draft new workflow", right: "edit" },
  {
    text: "Dashboard",
    href: "/dashboard/",
    keywords: "throughput failures cost queue oldest overview",
    right: "look",
  },
  { text: "Execution Explorer", href: "/executions/", keywords: "executions runs failed history" },
  { text: "Approvals", href: "/approvals/", keywords: "approve refuse decide answer questions people wait" },
  { text: "Triggers", href: "/triggers/", keywords: "webhooks schedules events queues deliveries replay pause" },
  { text: "Rule tester", href: "/rules/", keywords: "choice condition jsonata jsonpath" },
  null,
  { text: "Connectors", href: "/connectors/", keywords: "actions catalogue schemas" },
  { text: "Secrets", href: "/secrets/", keywords: "keys rotate credentials", right: "edit" },
  { text: "Connections", href: "/connections/", keywords: "oauth tokens keys sign in services", right: "edit" },
  { text: "Audit log", href: "/audit/", keywords: "who when changes chain verify", right: "audit" },
  {
    text: "Users and keys",
    href: "/access/",
    keywords: "access tokens roles people rights rotate revoke iam",
    right: "access",
  },
  {
    text: "Settings",
    href: "/settings/",
    keywords: "storage retention budgets alerts egress disk size growth version",
  },
];

/** What of it whoever is signed in may open; all of it until that is known. */
export function navigationOf(me: Me | null): readonly (NavigationItem | null)[] {
  return NAVIGATION.filter((item) => item === null || item.right === undefined || whyNot(me, item.right) === undefined);
}
