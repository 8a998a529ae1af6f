import { expect, test } from "vitest";
import { peopleCommand } from "./people";

test("each command takes what it takes, and a shell gets it whole", () => {
  expect(peopleCommand("invite", "ada@example.com", "editor", "prod")).toBe(
    "automate people invite ada@example.com --role editor --stage prod",
  );
  expect(peopleCommand("revoke", "", "editor", "prod")).toBe("automate people revoke MAIL --stage prod");
  expect(peopleCommand("list", "ada@example.com", "admin", "prod")).toBe("automate people list --stage prod");
  expect(peopleCommand("grant", "o'hara $(x)", "admin", "prod")).toBe(
    "automate people grant 'o'\\''hara $(x)' --role admin --stage prod",
  );
});
