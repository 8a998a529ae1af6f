/** What arrived at a trigger, a page at a time: the newest page keeps itself up to date until older ones are shown. */
import { useEffect, useState } from "react";
import { get, path, withQuery } from "../../api/client";
import { type ApiError, asApiError } from "../../api/errors";
import type { Delivery, DeliveryList } from "../../api/schema";
import { useApi } from "../../api/useApi";

const POLL_MS = 3000;
const PAGE = 20;

interface Older {
  of: string;
  rows: readonly Delivery[];
  token: string | null;
}

export function useDeliveries(workflow: string, trigger: string) {
  const address = path("/triggers/{}/{}/deliveries", workflow, trigger);
  const [older, setOlder] = useState<Older | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const after = older?.of === address ? older : null;
  const first = useApi<DeliveryList>(withQuery(address, { limit: PAGE }), { poll: after === null ? POLL_MS : null });
  useEffect(() => {
    if (first.data !== null) setFailed(null);
  }, [first.data]);
  const token = after === null ? (first.data?.next_token ?? null) : after.token;
  const more = async () => {
    if (token === null) return;
    setLoadingMore(true);
    try {
      const page = await get<DeliveryList>(withQuery(address, { limit: PAGE, next_token: token }));
      setOlder({ of: address, rows: [...(after?.rows ?? []), ...page.deliveries], token: page.next_token });
    } catch (thrown) {
      setFailed(asApiError(thrown));
    } finally {
      setLoadingMore(false);
    }
  };
  return {
    rows: [...(first.data?.deliveries ?? []), ...(after?.rows ?? [])],
    error: failed ?? first.error,
    loading: first.loading,
    hasMore: token !== null,
    loadingMore,
    more,
    reload: async () => {
      setOlder(null);
      await first.reload();
    },
  };
}
