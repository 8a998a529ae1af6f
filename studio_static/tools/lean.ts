/**
 * What Cloudscape's shell imports at once and the Studio never draws stays out of every page's first script: each module
 * below is an empty one to the module that imports it, and to no other.
 */
import type { Plugin } from "vite";

interface LeftOut {
  readonly what: string;
  readonly from: string;
  /** The empty module. */
  readonly instead: string;
}

const NOTHING = "export default () => null;\n";

export const LEFT_OUT: readonly LeftOut[] = [
  // The drawer of an AWS console's news, whose list can be sorted by dragging. Nobody tells news here.
  {
    what: "../drawer/feature-notifications-drawer-content",
    from: "/app-layout/visual-refresh-toolbar/state/use-feature-notifications.js",
    instead: `${NOTHING}export const RuntimeContentPart = () => null;\n`,
  },
  // A parser of messages with plurals: its importer shows a text that cannot be parsed as it is.
  {
    what: "intl-messageformat",
    from: "/error-boundary/fallback.js",
    instead: 'export default class { constructor() { throw new Error("messages are shown as they are"); } }\n',
  },
];

const OURS = "\0left-out:";

/** Fails the build where one is not imported any more: then it is to be looked for anew. */
export function withoutWhatIsNeverDrawn(): Plugin {
  const met = new Set<number>();
  return {
    name: "automate:without-what-is-never-drawn",
    apply: "build",
    enforce: "pre",
    resolveId(source, importer) {
      const at = LEFT_OUT.findIndex(({ what, from }) => source === what && importer?.endsWith(from));
      if (at < 0) return null;
      met.add(at);
      return OURS + at;
    },
    load(id) {
      return id.startsWith(OURS) ? (LEFT_OUT[Number(id.slice(OURS.length))]?.instead ?? null) : null;
    },
    buildEnd(error) {
      const gone = LEFT_OUT.filter((_, at) => !met.has(at)).map(({ what, from }) => `${what} of ${from}`);
      if (error === undefined && gone.length > 0)
        throw new Error(`tools/lean.ts: nothing imports ${gone.join(", ")} any more`);
    },
  };
}
