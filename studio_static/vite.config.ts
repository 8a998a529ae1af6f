import { readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pageFilesAhead } from "./tools/ahead.ts";
import { fontsOutOfCss } from "./tools/fonts.ts";
import { withoutWhatIsNeverDrawn } from "./tools/lean.ts";

const API = process.env.STUDIO_API ?? "http://127.0.0.1:8400";
const OURS = /^\/(?!studio\/|@|src\/|node_modules\/)/;

/** The owner's token of the data folder: a page of Vite's port has no session there. */
function token(): Record<string, string> {
  const folder = process.env.AUTOMATE_DATA_DIR ?? join(import.meta.dirname, "..", ".automate");
  try {
    return { authorization: `Bearer ${readFileSync(join(folder, "token"), "ascii").trim()}` };
  } catch {
    return {}; // nothing serves there yet
  }
}

export default defineConfig({
  base: "/studio/",
  plugins: [
    fontsOutOfCss(join(import.meta.dirname, "node_modules/.fonts")),
    withoutWhatIsNeverDrawn(),
    react(),
    pageFilesAhead(),
  ],
  resolve: { dedupe: ["jsonata", "react", "react-dom"] },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
  // `make studio-dev`: pages from Vite, everything else from a running `automate up`, which sees its own origin.
  server: {
    port: 8401,
    proxy: { [OURS.source]: { target: API, headers: { origin: API, ...token() } } },
  },
});
