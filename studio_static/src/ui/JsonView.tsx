/**
 * A JSON value to read: folding, with paths to click, however large. Only what is unfolded is on the page; long arrays
 * and objects unfold a hundred at a time, long texts are cut, and all of it can be copied and downloaded.
 */
import "./json.css";
import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";
import { saveFile } from "../api/client";
import { type JsonPath, pathText, summary, type TooLarge, tooLarge } from "./json";
import { saveText } from "./save";
import { formatBytes } from "./time";

interface JsonViewProps {
  value: unknown;
  /** The accessible name: "Input". */
  label: string;
  /** How many levels are open at first. */
  open?: number;
  /** Click on a field: its path, as "$.order.total". */
  onPath?: (path: string, value: unknown) => void;
  /** The name of the downloaded file, without ".json"; none: no download. */
  fileName?: string;
  maxHeight?: string;
  /** For whoever reads no JSON: texts as they were written, with their lines and without quotation marks. */
  asText?: boolean;
}

const PAGE = 100;
const TEXT_SHOWN = 2000;
/** What the API sends in the place of a value that is hidden. */
const MASK = "********";

export function JsonView({ value, label, open = 2, onPath, fileName, maxHeight, asText = false }: JsonViewProps) {
  const left = tooLarge(value);
  if (left) {
    return (
      <div className="code-room json json-left-out row wraps gap-12">
        <LeftOut left={left} name={fileName ?? label} />
      </div>
    );
  }
  return (
    <div className="code-room json">
      <div className="json-tools flex gap-8">
        <Button variant="inline-icon" iconName="copy" ariaLabel={`Copy: ${label}`} onClick={() => void copy(value)} />
        {fileName && (
          <Button
            variant="inline-icon"
            iconName="download"
            ariaLabel={`Download: ${label}`}
            onClick={() => download(value, fileName)}
          />
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="json-body" aria-label={label} tabIndex={0} style={{ maxHeight }}>
        <Node value={value} path={[]} open={open} onPath={onPath} asText={asText} last />
      </section>
    </div>
  );
}

function LeftOut({ left: { bytes, href }, name }: { left: TooLarge; name: string }) {
  return (
    <>
      <span>{`${formatBytes(bytes)}: too large to show here.`}</span>
      {href !== null && <LargeFile href={href} name={`${name}.json`} />}
    </>
  );
}

/** A button, not a link: the request has to say who asks. */
function LargeFile({ href, name }: { href: string; name: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const start = () => {
    setProblem(null);
    saveFile(href, name).catch((thrown: unknown) => setProblem(String((thrown as Error).message)));
  };
  return (
    <>
      <Button iconName="download" onClick={start}>
        Download
      </Button>
      {problem !== null && <span role="alert">{problem}</span>}
    </>
  );
}

interface NodeProps {
  value: unknown;
  path: JsonPath;
  name?: string | undefined;
  open: number;
  onPath: JsonViewProps["onPath"];
  asText: boolean;
  last: boolean;
}

function Node(props: NodeProps) {
  const { value } = props;
  const left = tooLarge(value);
  if (left) {
    return (
      <div className="json-row row wraps gap-12">
        <Name {...props} />
        <LeftOut left={left} name={props.name ?? "value"} />
      </div>
    );
  }
  if (
    Array.isArray(value)
      ? value.length > 0
      : typeof value === "object" && value !== null && Object.keys(value).length > 0
  ) {
    return <Branch {...props} value={value as object} />;
  }
  return (
    <div className="json-row">
      <Name {...props} />
      <Leaf value={value} asText={props.asText} />
      {!props.last && <span className="json-sign">,</span>}
    </div>
  );
}

function Branch({ value, path, name, open, onPath, asText, last }: NodeProps & { value: object }) {
  const [isOpen, setOpen] = useState(path.length < open);
  const [shown, setShown] = useState(PAGE);
  const isArray = Array.isArray(value);
  const entries = useMemo(() => Object.entries(value), [value]);
  const [start, end] = isArray ? ["[", "]"] : ["{", "}"];
  const tail = last ? end : `${end},`;
  return (
    <>
      <div className="json-row">
        <button
          type="button"
          className="json-fold"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? "Fold" : "Unfold"} ${pathText(path)}`}
          onClick={() => setOpen(!isOpen)}
        >
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <path d={isOpen ? "M1 3l4 4 4-4" : "M3 1l4 4-4 4"} fill="none" stroke="currentColor" strokeWidth="1.6" />
          </svg>
        </button>
        <Name name={name} path={path} value={value} onPath={onPath} />
        <span className="json-sign">{start}</span>
        {!isOpen && (
          <>
            <button type="button" className="json-summary" onClick={() => setOpen(true)} tabIndex={-1}>
              {summary(value)}
            </button>
            <span className="json-sign">{tail}</span>
          </>
        )}
      </div>
      {isOpen && (
        <>
          <div className="json-inner">
            {entries.slice(0, shown).map(([key, inner], index) => (
              <Node
                key={key}
                value={inner}
                name={isArray ? undefined : key}
                path={[...path, isArray ? index : key]}
                open={open}
                onPath={onPath}
                asText={asText}
                last={asText || index === entries.length - 1}
              />
            ))}
            {entries.length > shown && (
              <div className="json-row">
                <button type="button" className="json-summary" onClick={() => setShown(shown + PAGE)}>
                  {`${entries.length - shown} more …`}
                </button>
              </div>
            )}
          </div>
          <div className="json-row">
            <span className="json-sign">{tail}</span>
          </div>
        </>
      )}
    </>
  );
}

function Name({ name, path, value, onPath }: Pick<NodeProps, "name" | "path" | "value" | "onPath">) {
  if (name === undefined) return null;
  const shown = JSON.stringify(name);
  return (
    <>
      {onPath ? (
        <button
          type="button"
          className="json-key json-pick"
          title={`Insert ${pathText(path)}`}
          onClick={() => onPath(pathText(path), value)}
        >
          {shown}
        </button>
      ) : (
        <span className="json-key">{shown}</span>
      )}
      <span className="json-sign">: </span>
    </>
  );
}

function Leaf({ value, asText }: { value: unknown; asText: boolean }) {
  const [whole, setWhole] = useState(false);
  if (value === MASK) {
    return (
      <abbr className="json-hidden" title="Hidden: a sensitive field">
        {MASK}
      </abbr>
    );
  }
  if (typeof value === "string") {
    const isLong = value.length > TEXT_SHOWN;
    const shown = isLong && !whole ? value.slice(0, TEXT_SHOWN) : value;
    const isPlain = asText && value !== "";
    return (
      <span className={isPlain && value.includes("\n") ? "of-string json-lines" : "of-string"}>
        {isPlain ? shown : JSON.stringify(shown)}
        {isLong && !whole && (
          <button type="button" className="json-summary" onClick={() => setWhole(true)}>
            {`… ${formatBytes(value.length - TEXT_SHOWN)} more`}
          </button>
        )}
      </span>
    );
  }
  if (typeof value === "object" && value !== null)
    return <span className="json-sign">{Array.isArray(value) ? "[]" : "{}"}</span>;
  return <span className={`of-${value === null ? "null" : typeof value}`}>{String(value)}</span>;
}

async function copy(value: unknown): Promise<void> {
  await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
}

function download(value: unknown, name: string): void {
  saveText(`${name}.json`, JSON.stringify(value, null, 2), "application/json");
}
