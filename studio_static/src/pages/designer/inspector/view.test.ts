// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { chooseView, chosenView } from "./view";

afterEach(() => sessionStorage.clear());

it("is what was chosen last; nothing at first, and nothing that is no way to edit", () => {
  expect(chosenView()).toBeNull();
  chooseView("json");
  chooseView("both");
  expect(chosenView()).toBe("both");
  sessionStorage.setItem("automate.inspector", "wide");
  expect(chosenView()).toBeNull();
});

it("is forgotten where the browser keeps nothing", () => {
  vi.stubGlobal("sessionStorage", {
    getItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    clear: () => undefined,
  });
  expect(() => chooseView("json")).not.toThrow();
  expect(chosenView()).toBeNull();
});
