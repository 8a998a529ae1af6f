import { afterEach, describe, expect, test } from "vitest";
import { hide, reasonFor, reveal } from "./revealing";

const ID = "pay:one";
const AT = `/executions/${encodeURIComponent(ID)}`;

afterEach(() => hide(ID));

describe("the reason goes with what reveals, and with nothing else", () => {
  test.each(["", "/history?after=3", "/steps", "/steps/Take%231", "/logs?limit=5", "/payload?part=input"])(
    "%s",
    (rest) => {
      expect(reasonFor(AT + rest)).toBeNull();
      reveal(ID, "ticket 7");
      expect(reasonFor(AT + rest)).toBe("ticket 7");
      hide(ID);
      expect(reasonFor(AT + rest)).toBeNull();
    },
  );

  test("with that of a delivery, which has the id of what it starts", () => {
    const delivery = `/deliveries/${encodeURIComponent(ID)}`;
    expect(reasonFor(delivery)).toBeNull();
    reveal(ID, "ticket 7");
    expect(reasonFor(delivery)).toBe("ticket 7");
    expect(reasonFor(`${delivery}/replay`)).toBeNull();
  });

  test.each([
    `${AT}/definition`,
    `${AT}/map-runs`,
    `${AT}/waiting`,
    "/executions?workflow=pay",
    "/executions/other%3Aone",
  ])("%s", (address) => {
    reveal(ID, "ticket 7");
    expect(reasonFor(address)).toBeNull();
  });
});
