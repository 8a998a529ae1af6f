/** The Studio: who is signed in sees the shell, and in it the page of the address. */
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense } from "react";
import { Route, Router, Switch, useLocation } from "wouter";
import { ErrorBoundary } from "./ErrorBoundary";
import { STUDIO } from "./links";
import { NotFound } from "./NotFound";
import { ROUTES } from "./routes";
import { Shell } from "./Shell";
import { SignInGate } from "./signin/SignInGate";
import { useAppliedTheme } from "./theme";

export function App() {
  useAppliedTheme();
  return (
    <SignInGate>
      <Router base={STUDIO}>
        <Shell>
          <Pages />
        </Shell>
      </Router>
    </SignInGate>
  );
}

function Pages() {
  const [location] = useLocation();
  return (
    <ErrorBoundary place={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {ROUTES.map(({ pattern, page: Page }) => (
            <Route key={pattern} path={pattern}>
              {(given) => <Page {...(given as Record<string, string | undefined>)} />}
            </Route>
          ))}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

function Loading() {
  return (
    <div className="studio-page-loading">
      <Spinner size="large" />
      <span className="visually-hidden" role="status">
        Loading the page
      </span>
    </div>
  );
}
