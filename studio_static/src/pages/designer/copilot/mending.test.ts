import { describe, expect, it } from "vitest";
import { step } from "../../executions/testing.testdata";
import { mendingWords } from "./mending";

const failed = {
  id: "orders:one",
  status: "FAILED",
  error: "Declined",
  cause: '402: {"message": "no “money”.\\nSorry."}',
};
const charge = step("Charge#1", { status: "FAILED", error: "Declined" });

describe("a failed execution as a request", () => {
  it("says where and why it failed, in plain words and one clause", () => {
    expect(mendingWords(failed, [step("Price#1"), charge])).toBe(
      "The execution one failed at Charge with “Declined: 402: no 'money'. Sorry”. What must change?",
    );
  });
  it("says of others how they ended", () => {
    const wait = step("Wait#1", { status: "ABORTED" });
    expect(mendingWords({ ...failed, status: "ABORTED", error: null, cause: null }, [wait])).toBe(
      "The execution one was stopped at Wait. What must change?",
    );
    expect(mendingWords({ ...failed, status: "TIMED_OUT", error: "States.Timeout", cause: null }, [])).toBe(
      "The execution one timed out with “States.Timeout”. What must change?",
    );
  });
  it("does not repeat a long message", () => {
    expect(mendingWords({ ...failed, cause: "word ".repeat(2000) }, [charge]).length).toBeLessThan(800);
  });
});
