/** A workflow's draft for the Rule Tester's page: its Choices, and a change of it that overwrites nobody's. */
import { useCallback } from "react";
import { path, put, request } from "../../api/client";
import type { ApiError } from "../../api/errors";
import type { Draft } from "../../api/schema";
import { useApi } from "../../api/useApi";
import { notify, notifyError } from "../../app/flash";
import { isObject, type JsonObject, own } from "../../asl";
import { choicesOf, type FoundChoice } from "./subject";

export interface DraftOfChoices {
  readonly data: { readonly document: JsonObject; readonly choices: readonly FoundChoice[] } | null;
  readonly error: ApiError | null;
  readonly reload: () => Promise<void>;
  /** Made to the draft as it is now, and saved under its ETag. What goes wrong is said in a message. */
  readonly change: (edit: (document: JsonObject) => JsonObject, label: string) => Promise<void>;
}

export function useDraft(workflow: string | null): DraftOfChoices {
  const address = workflow === null ? null : path("/workflows/{}/draft", workflow);
  const { data, error, reload } = useApi<Draft>(address);
  const change = useCallback(
    async (edit: (document: JsonObject) => JsonObject, label: string) => {
      if (address === null) return;
      try {
        const { body, etag } = await request<Draft>("GET", address);
        await put(address, { document: edit(body.document as JsonObject) }, etag ?? body.etag);
        notify({ type: "success", content: `${label}: saved in the draft.` });
      } catch (thrown) {
        notifyError(thrown, `${label}: not done`);
      }
      await reload();
    },
    [address, reload],
  );
  if (data === null) return { data: null, error, reload, change };
  const document = data.document as JsonObject;
  const definition = own(document, "definition");
  const choices = definition !== undefined && isObject(definition) ? choicesOf(definition) : [];
  return { data: { document, choices }, error, reload, change };
}
