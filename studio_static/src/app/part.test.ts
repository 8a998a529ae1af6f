// @vitest-environment jsdom
import { expect, it } from "vitest";
import { isMissingFile } from "./missing";
import { fetched } from "./part";

const gone = new TypeError("Failed to fetch dynamically imported module: http://127.0.0.1/studio/assets/Editor-1.js");

/** Fails so many times with `error`, then is there; how often it was asked for. */
function failing(times: number, error: Error) {
  let asked = 0;
  const load = async () => {
    asked += 1;
    if (asked <= times) throw error;
    return "there";
  };
  return { load, asked: () => asked };
}

it("asks again for a file that did not come", async () => {
  const file = failing(2, gone);
  expect(await fetched(file.load, [0, 0, 0])).toBe("there");
  expect(file.asked()).toBe(3);
});

it("gives up after the last try", async () => {
  const file = failing(9, gone);
  await expect(fetched(file.load, [0, 0])).rejects.toBe(gone);
  expect(file.asked()).toBe(3);
});

it("does not repeat a module that is there and fails", async () => {
  const file = failing(9, new Error("x is not defined"));
  await expect(fetched(file.load, [0, 0])).rejects.toThrow("x is not defined");
  expect(file.asked()).toBe(1);
});

it("knows the words of Chromium, Firefox, Safari and Vite", () => {
  for (const words of [
    "Failed to fetch dynamically imported module: x",
    "error loading dynamically imported module: x",
    "Importing a module script failed.",
    "Unable to preload CSS for /studio/assets/look-1.css",
  ])
    expect(isMissingFile(new Error(words))).toBe(true);
  expect(isMissingFile(new Error("x is null"))).toBe(false);
});
