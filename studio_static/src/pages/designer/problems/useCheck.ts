/**
 * Keeps the problems those of the document: a moment after an edit the engine is asked. What it answered about an older
 * text stays until the newer answer, and the page's own advice is there at once.
 */
import { useEffect } from "react";
import { post } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import type { Validation } from "../../../api/schema";
import { definitionIn, documentOf, setFindings, useDesigner } from "../store";
import type { Finding } from "./problems";

const PAUSE_MS = 350;
const AGAIN_MS = 5000;

export function useCheck(): void {
  const document = useDesigner(documentOf);
  useEffect(() => {
    let isCurrent = true;
    let timer = window.setTimeout(check, PAUSE_MS);
    async function check(): Promise<void> {
      try {
        const { diagnostics, schedules } = await post<Validation>("/definitions/validate", { document });
        if (isCurrent) setFindings(definitionIn(document), diagnostics, schedules);
      } catch (thrown) {
        if (!isCurrent) return;
        const error = asApiError(thrown);
        if (error.isOffline || error.status >= 500) timer = window.setTimeout(check, AGAIN_MS);
        else setFindings(definitionIn(document), findingsOf(error));
      }
    }
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [document]);
}

/** What is wrong with the document around the definition: the API refuses to look further. */
function findingsOf(error: ApiError): Finding[] {
  const listed = Array.isArray(error.details) ? (error.details as Partial<Record<string, unknown>>[]) : [];
  const found = listed.flatMap((each) =>
    typeof each?.message === "string" ? [finding(each.message, typeof each.where === "string" ? each.where : "")] : [],
  );
  return found.length > 0 ? found : [finding(error.message, error.where ?? "")];
}

function finding(message: string, where: string): Finding {
  if (where.startsWith("/triggers/")) return { code: "DOCUMENT", message, location: where, severity: "ERROR" };
  const inside = where.startsWith("/definition/") ? where.slice("/definition".length) : "/";
  const text = inside === "/" && where !== "" && where !== "/" ? `${where.slice(1)}: ${message}` : message;
  return { code: "DOCUMENT", message: text, location: inside, severity: "ERROR" };
}
