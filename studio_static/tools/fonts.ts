/**
 * Cloudscape's global styles carry their fonts as base64 inside the CSS: 134 KB on every first page, and no browser can
 * fetch them beside it. This plugin writes each font to a file while the stylesheet is transformed (so that Vite hashes
 * stylesheet and fonts from what they hold) and keeps the four that the Studio uses.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FACE = /@font-face\s*\{[^}]*?font-weight:\s*(\d+);\s*font-style:\s*(\w+);[^}]*?base64,([^')]+)[^}]*\}/g;
const USED = new Set(["400normal", "400italic", "700normal"]);
const PRELOADED = ["open-sans-400-normal", "open-sans-700-normal"];

export function fontsOutOfCss(folder: string): Plugin {
  return {
    name: "automate:fonts-out-of-css",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("global-styles/index.css")) return null;
      mkdirSync(folder, { recursive: true });
      return code.replace(FACE, (_, weight: string, style: string, base64: string) => {
        if (!USED.has(weight + style)) return "";
        const bytes = Buffer.from(base64, "base64");
        const file = join(folder, `open-sans-${weight}-${style}.woff2`);
        writeFileSync(file, bytes);
        const version = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
        return (
          `@font-face{font-family:'Open Sans';font-weight:${weight};font-style:${style};` +
          `/*${version}*/font-display:fallback;src:url('${file}') format('woff2')}`
        );
      });
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const files = Object.keys(context.bundle ?? {});
        return PRELOADED.flatMap((name) => {
          const file = files.find((each) => each.includes(name));
          return file === undefined
            ? []
            : [
                {
                  tag: "link",
                  attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/studio/${file}` },
                  injectTo: "head" as const,
                },
              ];
        });
      },
    },
  };
}
