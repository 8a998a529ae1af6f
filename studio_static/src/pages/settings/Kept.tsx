/** How long executions are kept, what is taken next, and what a data folder takes of its disk. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { Folder, Storage } from "../../api/schema";
import type { Fetched } from "../../api/useApi";
import { executionHref } from "../../app/links";
import { Loaded } from "../../ui/Loaded";
import { NavLink } from "../../ui/NavLink";
import { Time } from "../../ui/Time";
import { Fact } from "../executions/Fact";
import { daysWords, fullWords, growthWords, leftWords, redrivableWords, sizeWords } from "./words";

export function Kept({ storage }: { storage: Fetched<Storage> }) {
  return (
    <Container header={<Header variant="h2">What is kept, and its size</Header>} disableContentPaddings>
      <Loaded from={storage} what="what is stored">
        {(data) => (
          <>
            {data.folder && <Full folder={data.folder} />}
            <dl className="ex-details">
              <Fact name="Executions are kept">{daysWords(data.retention_days)}</Fact>
              <Fact name="Can be redriven">{redrivableWords(data.redrive_days)}</Fact>
              <Fact name="Taken next">
                {data.next ? (
                  <>
                    <NavLink to={executionHref(data.next.execution)}>{data.next.execution}</NavLink>,{" "}
                    <Time at={data.next.at} />
                  </>
                ) : (
                  "–"
                )}
              </Fact>
              {data.folder && data.folder.trusted_until !== null && (
                <Fact name="Taken as on">
                  <Time at={data.folder.trusted_until} />: no worker ran for days after it, or the clock went ahead. It
                  is made up for once workers have run for a day or two.
                </Fact>
              )}
              {data.folder && <FolderFacts folder={data.folder} />}
            </dl>
          </>
        )}
      </Loaded>
    </Container>
  );
}

function Full({ folder }: { folder: Folder }) {
  const full = fullWords(folder);
  if (full === null) return null;
  return (
    <Box padding={{ horizontal: "m", top: "s" }}>
      <Alert type={full.type}>{`${full.text} Free some of it, or keep executions for a shorter time.`}</Alert>
    </Box>
  );
}

function FolderFacts({ folder }: { folder: Folder }) {
  return (
    <>
      <Fact name="Database">{`${sizeWords(folder.bytes)}, ${sizeWords(folder.free_bytes)} of it free`}</Fact>
      <Fact name="Growth a day">{growthWords(folder.bytes_a_day)}</Fact>
      <Fact name="Free on the disk">{sizeWords(folder.disk_free_bytes)}</Fact>
      <Fact name="Room for">{leftWords(folder)}</Fact>
      <Fact name="Starts are refused below">{sizeWords(folder.reserve_bytes)}</Fact>
      {!folder.shrinks && (
        <Fact name="Free pages">
          are used again, and not given back to the disk: <code>automate compact</code>, once
        </Fact>
      )}
    </>
  );
}
