import { expect, it } from "vitest";
import { renameState, statesThatSay } from "./rename";

const definition = {
  StartAt: "Pay",
  States: {
    Pay: { Type: "Pass", Comment: "Pay", Next: "Both" },
    Both: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "In",
          States: { In: { Type: "Pass", Output: "{% $states.context.State.Name = 'Pay' %}", End: true } },
        },
      ],
      Next: "Rule",
    },
    Rule: {
      Type: "Choice",
      Choices: [{ Variable: "$$.State.Name", StringEquals: "Pay", Next: "Pay" }],
      Default: "Other",
    },
    Other: { Type: "Pass", Output: '{% "Payment" %}', Result: "Pay", End: true },
  },
};

it("names the states whose expressions and rules say a name as a text", () => {
  expect(statesThatSay(definition, "Pay")).toEqual(["In", "Rule"]);
  expect(statesThatSay(definition, "Payment")).toEqual(["Other"]);
});

it("leaves texts alone when a state is renamed", () => {
  const { definition: renamed } = renameState(definition, "/States/Pay", "Charge");
  expect(statesThatSay(renamed, "Pay")).toEqual(["In", "Rule"]);
});
