/** What the tests of this package run on: the shipped samples, and definitions with what the samples lack. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Definition, JsonObject } from "./types";

const FOLDER = join(import.meta.dirname, "../../../workflows");

/** The shipped workflow documents by name. */
export const SAMPLES: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => [file.replace(".json", ""), JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as JsonObject]),
);

export const sample = (name: string): Definition => SAMPLES[name]?.definition as Definition;

/** A → B → C, A catches to X. */
export const CHAIN: Definition = {
  Comment: "kept",
  StartAt: "A",
  States: {
    A: {
      Type: "Task",
      Resource: "connector:log:write",
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "X" }],
      Next: "B",
    },
    B: { Type: "Pass", "x-unknown": [1, { deep: true }], Next: "C" },
    C: { Type: "Pass", End: true },
    X: { Type: "Fail", Error: "Bad" },
  },
};
