/** Opens a workflow's draft for as long as the page shows it, with everything that must be known beside it. */
import { useCallback, useEffect, useState } from "react";
import { type ApiError, asApiError } from "../../api/errors";
import { useApi } from "../../api/useApi";
import type { ConnectorList } from "./palette/items";
import { closeWorkflow, leavePage, lookElsewhere, openWorkflow, setConnectors, useDesigner } from "./store";

interface Opened {
  readonly ready: boolean;
  readonly error: ApiError | null;
  readonly reload: () => Promise<void>;
}

export function useOpened(workflow: string): Opened {
  const isOpen = useDesigner((state) => state.workflow === workflow);
  const [error, setError] = useState<ApiError | null>(null);
  const { data: connectors, error: unlisted } = useApi<ConnectorList>("/connectors");
  const isListed = useDesigner((state) => state.connectors !== null);

  const reload = useCallback(async () => {
    try {
      await openWorkflow(workflow);
      setError(null);
    } catch (thrown) {
      setError(asApiError(thrown));
    }
  }, [workflow]);

  useEffect(() => {
    void reload();
    window.addEventListener("pagehide", leavePage);
    document.addEventListener("visibilitychange", cameBack);
    return () => {
      window.removeEventListener("pagehide", leavePage);
      document.removeEventListener("visibilitychange", cameBack);
      closeWorkflow();
    };
  }, [reload]);

  useEffect(() => {
    if (connectors !== null && isOpen) setConnectors(connectors);
  }, [connectors, isOpen]);
  // With its actions from the start: a palette that got them later would move under the pointer.
  return { ready: isOpen && (isListed || unlisted !== null), error, reload };
}

function cameBack(): void {
  if (document.visibilityState === "visible") void lookElsewhere();
}
