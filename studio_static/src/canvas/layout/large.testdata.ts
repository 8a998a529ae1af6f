/** A definition of any size, with all that makes layouts hard: rules, catchers, loops, branches in branches. */
import type { Definition, JsonObject, StateObject } from "../../asl";

/** `count` states (a few more where a container closes), the same each time. */
export function largeDefinition(count: number): Definition {
  const states: Record<string, StateObject> = {};
  let made = 0;
  const task = (next: string | null): StateObject => {
    made += 1;
    return {
      Type: "Task",
      Resource: made % 3 === 0 ? "connector:http:request" : "connector:log:write",
      ...(next === null ? { End: true } : { Next: next }),
    };
  };
  const branch = (block: number, number: number): JsonObject => ({
    StartAt: `Reserve ${block}.${number}`,
    States: {
      [`Reserve ${block}.${number}`]: task(`Confirm ${block}.${number}`),
      [`Confirm ${block}.${number}`]: task(null),
    },
  });
  let block = 0;
  while (made < count) {
    block += 1;
    const next = `Validate ${block + 1}`;
    states[`Validate ${block}`] = {
      ...task(`Worth it ${block}?`),
      Retry: [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 3 }],
      Catch: [{ ErrorEquals: ["States.Timeout"], Next: `Report ${block}` }],
    };
    made += 3;
    states[`Worth it ${block}?`] = {
      Type: "Choice",
      Choices: [
        { Variable: "$.order.total", NumericGreaterThan: 10000, Next: `Approve ${block}` },
        { Variable: "$.order.country", StringEquals: "IR", Next: `Report ${block}` },
      ],
      Default: `Fulfil ${block}`,
    };
    states[`Approve ${block}`] = task(`Fulfil ${block}`);
    states[`Fulfil ${block}`] = { Type: "Parallel", Branches: [branch(block, 1), branch(block, 2)], Next: next };
    states[`Report ${block}`] = { Type: "Pass", Next: next };
  }
  states[`Validate ${block + 1}`] = { Type: "Succeed" };
  return { StartAt: "Validate 1", States: states };
}
