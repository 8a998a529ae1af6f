/**
 * Parts of a page whose files are fetched when they are first shown. A file that does not come is asked for again; one
 * that stays away is said where the part would be, and the page around it, with what was not saved, stands.
 */
import { Component, type ComponentType, lazy, type ReactNode, useState } from "react";
import { isMissingFile, MissingFile } from "./missing";

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/** Before the second, third and fourth try. */
const PAUSES_MS = [400, 1200, 3000];

/** React's `lazy` in a boundary of its own. Call it at the top of a module. */
export function part<P extends object>(load: Load<P>, pauses: readonly number[] = PAUSES_MS): ComponentType<P> {
  let Found = lazy(() => fetched(load, pauses));
  // biome-ignore lint/correctness/noComponentHookFactories: called once, at the top of a module.
  return function Part(props: P) {
    const [tries, setTries] = useState(0);
    const again = (): void => {
      Found = lazy(() => stylesAgain().then(() => fetched(load, pauses)));
      setTries(tries + 1);
    };
    return (
      <Standing key={tries} again={again}>
        <Found {...props} />
      </Standing>
    );
  };
}

/** What `load` gives, tried again after each pause. Raises what the last try did. */
export async function fetched<T>(load: () => Promise<T>, pauses: readonly number[]): Promise<T> {
  for (const pause of pauses) {
    try {
      return await load();
    } catch (error) {
      if (!isMissingFile(error)) throw error;
      await new Promise((done) => window.setTimeout(done, pause));
      await stylesAgain();
    }
  }
  return load();
}

/** Ask again for style sheets that did not come: whoever imports a file asks for its styles once only. */
async function stylesAgain(): Promise<void> {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const failed = links.filter((link) => link.sheet === null);
  await Promise.all(
    failed.map((old) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = old.href;
      const settled = new Promise((done) => {
        link.onload = done;
        link.onerror = done;
      });
      old.replaceWith(link);
      return settled;
    }),
  );
}

class Standing extends Component<{ again: () => void; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    // What else went wrong is the page's.
    if (!isMissingFile(error)) throw error;
    return <MissingFile again={this.props.again} />;
  }
}
