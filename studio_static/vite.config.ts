import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pageFilesAhead } from "./tools/ahead.ts";
import { fontsOutOfCss } from "./tools/fonts.ts";

const API = process.env.STUDIO_API ?? "http://127.0.0.1:8400";
const OURS = /^\/(?!studio\/|@|src\/|node_modules\/)/;

export default defineConfig({
  base: "/studio/",
  plugins: [fontsOutOfCss(join(import.meta.dirname, "node_modules/.fonts")), react(), pageFilesAhead()],
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
    proxy: { [OURS.source]: { target: API, headers: { origin: API } } },
  },
});
