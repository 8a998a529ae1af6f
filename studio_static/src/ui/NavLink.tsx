/** A link to a page of the Studio: followed in the page, opened in a new tab with the usual keys. */
import Link, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { anyHref, follow } from "../app/links";

interface NavLinkProps {
  /** Within the Studio, as "/executions/"; one from `workflowHref` or `executionHref` is taken as it is. */
  to: string;
  children: ReactNode;
  variant?: LinkProps.Variant;
  fontSize?: LinkProps.FontSize;
  ariaLabel?: string;
}

export function NavLink({ to, children, ...rest }: NavLinkProps) {
  return (
    <Link href={anyHref(to)} onFollow={follow} {...rest}>
      {children}
    </Link>
  );
}
