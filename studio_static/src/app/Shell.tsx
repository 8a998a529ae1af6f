/** What is around every page: top navigation, side navigation, breadcrumbs, messages, Ctrl+K. */
import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Flashbar from "@cloudscape-design/components/flashbar";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useCommands } from "./commands";
import { notifyError, useFlashes } from "./flash";
import { follow, go, href } from "./links";
import { type Me, rolesOf, useAskedMe, useMe } from "./me";
import { BEGINNING, isNowhere, MESSAGES, usePageLayout } from "./page";
import { part } from "./part";
import { type Clock, type Theme, usePreferences } from "./preferences";
import { isFullBleed, navigationOf } from "./routes";
import { signOutHere } from "./signin/local";
import { isCovered, useSignIn } from "./signin/signIn";
import { useIsWide } from "./useWidth";

const Palette = part(() => import("./Palette"));

const THEMES: { id: Theme; text: string }[] = [
  { id: "light", text: "Light" },
  { id: "dark", text: "Dark" },
  { id: "auto", text: "As the system" },
];
/** Up to so many pixels Cloudscape's layout lays the navigation over the page. */
const NARROW = 688;
const CLOCKS: { id: Clock; text: string }[] = [
  { id: "utc", text: "UTC" },
  { id: "local", text: "Local time" },
];

export function Shell({ children }: { children: ReactNode }) {
  const layout = usePageLayout((state) => state.layout);
  const { navigationOpen, setNavigationOpen } = usePreferences();
  const [overOpen, setOverOpen] = useState(false);
  const [location] = useLocation();
  const isFull = isFullBleed(location);
  // What opens over the page is no choice to keep, nor what closes because the window is narrow.
  const isOver = !useIsWide(NARROW + 1) || isFull;
  const isFinding = useCommands((state) => state.open);
  useFindKey();
  useArrival(location);
  return (
    <>
      <Top />
      <AppLayoutToolbar
        headerSelector="#studio-top"
        navigation={<Navigation />}
        navigationOpen={isOver ? overOpen : navigationOpen}
        onNavigationChange={({ detail }) => (isOver ? setOverOpen(detail.open) : setNavigationOpen(detail.open))}
        navigationWidth={220}
        toolsHide
        breadcrumbs={<Breadcrumbs />}
        notifications={<Messages />}
        stickyNotifications
        contentType={layout.contentType ?? "default"}
        disableContentPaddings={isFull}
        maxContentWidth={isFull ? Number.MAX_VALUE : undefined}
        content={
          <>
            <span id={BEGINNING} tabIndex={-1} className="visually-hidden">
              {layout.title}
            </span>
            {children}
          </>
        }
        ariaLabels={{
          navigation: "Pages",
          navigationToggle: "Open the side navigation",
          navigationClose: "Close the side navigation",
          notifications: "Messages",
        }}
      />
      {isFinding && (
        <Suspense>
          <Palette />
        </Suspense>
      )}
    </>
  );
}

function Top() {
  const { theme, setTheme, clock, setClock } = usePreferences();
  const me = useAskedMe();
  const signIn = useSignIn();
  const openPalette = () => useCommands.getState().setOpen(true);
  const home = href("/");
  return (
    <div id="studio-top">
      <TopNavigation
        i18nStrings={{
          overflowMenuTriggerText: "More",
          overflowMenuTitleText: "Search and settings",
          overflowMenuBackIconAriaLabel: "Back",
          overflowMenuDismissIconAriaLabel: "Close",
        }}
        identity={{
          href: home,
          title: "Automate",
          onFollow: (event) => {
            event.preventDefault();
            go("/");
          },
        }}
        utilities={[
          {
            type: "button",
            iconName: "search",
            text: "Search Ctrl K",
            title: "Search",
            ariaLabel: "Search Ctrl K",
            onClick: openPalette,
          },
          {
            type: "menu-dropdown",
            text: clock === "utc" ? "UTC" : "Local time",
            title: "Times are shown in",
            items: CLOCKS.map(({ id, text }) => ({ id, text, itemType: "checkbox", checked: id === clock })),
            onItemClick: ({ detail }) => setClock(detail.id as Clock),
          },
          {
            type: "menu-dropdown",
            iconName: "settings",
            text: "Theme",
            items: THEMES.map(({ id, text }) => ({ id, text, itemType: "checkbox", checked: id === theme })),
            onItemClick: ({ detail }) => setTheme(detail.id as Theme),
          },
          {
            type: "menu-dropdown",
            iconName: "user-profile",
            text: me?.actor ?? "Signed in",
            description: me ? whereText(me) : "",
            items: [
              // Only a cookie opens a page of the API in a tab: a token is not sent by following a link.
              ...(signIn.by === "cookie" ? [{ id: "docs", text: "The API", href: "/docs", external: true }] : []),
              ...(me ? [{ id: "role", text: `You ${rolesOf(me)}`, disabled: true }] : []),
              { id: "version", text: me ? `Automate ${me.product_version}` : "Automate", disabled: true },
              { id: "sign-out", text: "Sign out" },
              ...(signIn.by === "cookie" ? [{ id: "sign-out-all", text: everywhereText(me) }] : []),
            ],
            onItemClick: ({ detail }) => {
              if (!detail.id.startsWith("sign-out")) return;
              if (signIn.by === "pool") signIn.session.signOut();
              else
                signOutHere(detail.id === "sign-out-all").catch((thrown) =>
                  notifyError(thrown, "You are still signed in"),
                );
            },
          },
        ]}
      />
    </div>
  );
}

/** Who may give access signs all out; others themselves, wherever they are. */
function everywhereText(me: Me | null): string {
  return me === null || me.rights.includes("access") ? "Sign out every browser" : "Sign out everywhere";
}

function whereText(me: Me): string {
  return [me.workspace, me.stage, me.region].filter(Boolean).join(" · ");
}

/** Ctrl+K, or Cmd+K, from anywhere. */
function useFindKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      if (isCovered()) return;
      useCommands.getState().setOpen(true);
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
}

/**
 * Another page is shown: what the last one offered to do leaves with it, and who used the keys there goes on in this
 * one, not at the top of the window.
 */
function useArrival(location: string): void {
  const last = useRef(location);
  useEffect(() => {
    if (last.current === location) return;
    last.current = location;
    useFlashes.getState().leave();
    // Once what had the focus is gone, and unless the page has given it to something of its own.
    const later = window.setTimeout(() => {
      if (isNowhere(document.activeElement)) document.getElementById(BEGINNING)?.focus({ preventScroll: true });
    }, 100);
    return () => window.clearTimeout(later);
  }, [location]);
}

function Navigation() {
  const [location] = useLocation();
  const items: SideNavigationProps.Item[] = navigationOf(useMe()).map((item) =>
    item === null ? { type: "divider" } : { type: "link", text: item.text, href: href(item.href) },
  );
  return <SideNavigation activeHref={activeHref(location)} items={items} onFollow={follow} />;
}

/** The item of the navigation that an address belongs to. */
export function activeHref(location: string): string {
  const first = location.split("/")[1] ?? "";
  return href(first === "" ? "/" : `/${first}/`);
}

function Breadcrumbs() {
  const crumbs = usePageLayout((state) => state.layout.crumbs);
  return (
    <BreadcrumbGroup
      items={crumbs.map((crumb) => ({ text: crumb.text, href: crumb.href === undefined ? "" : href(crumb.href) }))}
      onFollow={follow}
      ariaLabel="Breadcrumbs"
    />
  );
}

function Messages() {
  const { shown, dismiss } = useFlashes();
  return (
    <div id={MESSAGES}>
      <Flashbar
        items={shown.map((flash) => ({
          id: flash.id,
          type: flash.type,
          header: flash.header,
          content: flash.content,
          dismissible: true,
          dismissLabel: "Dismiss",
          onDismiss: () => dismiss(flash.id),
          action: flash.action && <Button onClick={flash.action.run}>{flash.action.text}</Button>,
        }))}
      />
    </div>
  );
}
