/** One act at a time: whether it is under way, and what went wrong with the last. */
import { useState } from "react";
import { type ApiError, asApiError } from "../api/errors";

export function useAct(act: () => Promise<void>): { run: () => Promise<void>; busy: boolean; error: ApiError | null } {
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error };
}
