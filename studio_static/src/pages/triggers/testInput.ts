/** What arrived as the input of a test: as the trigger makes it, in the designer's tab Test. */
import { path, post } from "../../api/client";
import type { DeliveryWhole, TestedDelivery } from "../../api/schema";
import { notifyError } from "../../app/flash";
import { go } from "../../app/links";
import type { Json } from "../../asl";
import { setTests } from "../designer/test/useTests";

/** The input that the active version's trigger makes of it; what arrived itself, where it makes none. */
export async function inputOf(delivery: DeliveryWhole): Promise<Json> {
  const { workflow, trigger, arrived, facts, dedupe_key } = delivery;
  try {
    const tested = await post<TestedDelivery>(path("/triggers/{}/{}/test", workflow, trigger), {
      value: arrived,
      facts: facts ?? {},
      dedupe_key,
    });
    return (tested.input ?? arrived ?? null) as Json;
  } catch (thrown) {
    if ((thrown as { status?: number }).status !== 404) throw thrown;
    return (arrived ?? null) as Json; // the active version has no such trigger any more
  }
}

/** Opens the designer with it: the input stays until another is chosen. */
export async function openAsTestInput(delivery: DeliveryWhole): Promise<void> {
  try {
    setTests(delivery.workflow, { mode: "all", input: await inputOf(delivery), mends: null });
    go(`/wizard/${encodeURIComponent(delivery.workflow)}?tab=test`);
  } catch (thrown) {
    notifyError(thrown, "It could not be made an input");
  }
}
