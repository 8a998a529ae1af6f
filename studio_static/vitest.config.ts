import { defineConfig, mergeConfig } from "vitest/config";
import studio from "./vite.config.ts";

// Apart from vite.config.ts, so that building needs no vitest.
export default mergeConfig(
  studio,
  defineConfig({
    // A busy machine is slow, not broken: only a test that hangs waits so long.
    test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true, testTimeout: 180_000 },
  }),
);
