/** What the workers wrote while they worked for the execution. */
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { path } from "../../../api/client";
import type { Execution, LogLines as Lines } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { EmptyState } from "../../../ui/EmptyState";
import { Loaded } from "../../../ui/Loaded";
import { LogLines } from "./LogLines";

const POLL_MS = 2000;

export function LogTab({ execution, live }: { execution: Execution; live: boolean }) {
  const lines = useApi<Lines>(`${path("/executions/{}/logs", execution.id)}?limit=2000`, {
    poll: live ? POLL_MS : null,
  });
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  return (
    <Loaded from={lines} what="the log">
      {(data) => {
        const shown = data.lines.filter((line) =>
          `${line.level} ${line.state ?? ""} ${line.message}`.toLowerCase().includes(wanted),
        );
        return (
          <div className="ex-events-room stack gap-8">
            <div className="ex-events-tools row wraps gap-12">
              <Input
                ariaLabel="Find lines"
                type="search"
                placeholder="A level, a state, a word"
                value={words}
                onChange={({ detail }) => setWords(detail.value)}
              />
            </div>
            {!data.complete && <p className="ex-note">There are older lines that are not shown here.</p>}
            {shown.length > 0 ? (
              <LogLines lines={shown} label="Log of the execution" withState />
            ) : (
              <EmptyState title={data.lines.length === 0 ? "Nothing was logged" : "No line matches"} />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
