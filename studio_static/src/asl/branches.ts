/**
 * A Parallel's branches.
 */

import { freeName } from "./names";
import { nameOf, own, statePointer, withEntry } from "./pointer";
import { changeState } from "./scope";
import { type Definition, EditError, type Edited, type StatePointer } from "./types";
import { requireState, stateNames, typeOf } from "./walk";

function branchesOf(definition: Definition, pointer: StatePointer) {
  const state = requireState(definition, pointer);
  if (typeOf(state) !== "Parallel")
    throw new EditError(`${nameOf(pointer)} has no branches.`, "Only a Parallel state has branches.");
  const branches = own(state, "Branches");
  return Array.isArray(branches) ? branches : [];
}

/** Add a branch that does nothing yet: one Pass. */
export function addBranch(definition: Definition, pointer: StatePointer): Edited {
  const branches = branchesOf(definition, pointer);
  const name = freeName("Step", stateNames(definition));
  const branch = { StartAt: name, States: { [name]: { Type: "Pass", End: true } } };
  return {
    definition: changeState(definition, pointer, (old) => withEntry(old, "Branches", [...branches, branch])),
    label: `Add a branch to ${nameOf(pointer)}`,
    selected: [statePointer(`${pointer}/Branches/${branches.length}`, name)],
  };
}

/** Remove a branch with what is in it. A Parallel keeps at least one. */
export function removeBranch(definition: Definition, pointer: StatePointer, index: number): Edited {
  const branches = branchesOf(definition, pointer);
  if (branches.length <= 1)
    throw new EditError("A Parallel has at least one branch.", "Remove the whole state instead.");
  return {
    definition: changeState(definition, pointer, (old) =>
      withEntry(
        old,
        "Branches",
        branches.filter((_, place) => place !== index),
      ),
    ),
    label: `Remove branch ${index + 1} of ${nameOf(pointer)}`,
    selected: [pointer],
  };
}
