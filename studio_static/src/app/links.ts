/** Addresses within the Studio: "/executions/" is served at "/studio/executions/". */
import type { MouseEvent } from "react";
import { navigate } from "wouter/use-browser-location";

export const STUDIO = "/studio";

/** The address a browser can open in a new tab. */
export function href(within: string): string {
  return STUDIO + within;
}

/** The same; what `workflowHref` or `executionHref` gave stays as it is. */
export const anyHref = (to: string) => (to.startsWith(`${STUDIO}/`) ? to : href(to));

/** Go to a page of the Studio without loading it anew. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  navigate(anyHref(to), options);
}

interface Followed {
  preventDefault: () => void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** For Cloudscape's `onFollow`: a link into the Studio is followed in the page. */
export function follow(event: Followed): void {
  const to = event.detail.href;
  if (to === undefined || event.detail.external || !to.startsWith(`${STUDIO}/`)) return;
  event.preventDefault();
  navigate(to);
}

/** The same for a plain anchor; a click with a modifier stays the browser's. */
export function followClick(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const to = event.currentTarget.getAttribute("href");
  if (!to?.startsWith(`${STUDIO}/`)) return;
  event.preventDefault();
  navigate(to);
}

/** The templates to begin a workflow with. */
export const TEMPLATES = "/wizard/#templates";

export const workflowHref = (name: string) => href(`/wizard/${encodeURIComponent(name)}`);
export const triggerHref = (workflow: string, trigger: string) =>
  href(`/triggers/${encodeURIComponent(workflow)}/${encodeURIComponent(trigger)}`);
export const formHref = (workflow: string, trigger: string) =>
  href(`/forms/${encodeURIComponent(workflow)}/${encodeURIComponent(trigger)}`);
/** With the delivery open. */
export const deliveryHref = (workflow: string, trigger: string, delivery: string) =>
  `${triggerHref(workflow, trigger)}?delivery=${encodeURIComponent(delivery)}`;
export const approvalHref = (approval: string) => href(`/approvals/${encodeURIComponent(approval)}`);
export const executionHref = (id: string) => href(`/executions/${encodeURIComponent(id)}`);
