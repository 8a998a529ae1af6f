import { defineConfig, mergeConfig } from "vitest/config";
import studio from "./vite.config.ts";

// Apart from vite.config.ts, so that building needs no vitest.
export default mergeConfig(
  studio,
  defineConfig({
    // A file that needs a document begins with `// @vitest-environment jsdom`: making one costs more than most tests.
    // A busy machine is slow, not broken: only a test that hangs waits so long.
    test: {
      environment: "node",
      pool: "threads",
      isolate: false, // the files of a thread import what they share once
      unstubGlobals: true,
      include: ["src/**/*.test.{ts,tsx}"],
      restoreMocks: true,
      testTimeout: 180_000,
    },
  }),
);
