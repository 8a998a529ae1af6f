/** Generic drawings: brand marks have their own licences. */

const PATHS: Readonly<Record<string, string>> = {
  http: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  log: "M5 4h14v16H5zM8 8h8M8 12h8M8 16h5",
  lambda: "M6 20 12 8 8 4H6m6 4 6 12h2",
  slack: "M4 5h16v11H9l-5 4z",
  email: "M3 6h18v12H3zM3 7l9 7 9-7",
  payment: "M3 6h18v12H3zM3 10h18M6 15h4",
  approval: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12l3 3 5-6",
  dynamodb: "M5 6c0-3 14-3 14 0v12c0 3-14 3-14 0zM5 6c0 3 14 3 14 0M5 12c0 3 14 3 14 0",
  s3: "M4 6h16l-2 14H6zM4 6c2-3 14-3 16 0",
  sqs: "M3 8h18v8H3zM8 8v8M13 8v8",
  sns: "M4 10v4h4l8 5V5l-8 5z",
};
const ANY = "M8 3v5M16 3v5M5 8h14v4a7 7 0 0 1-14 0zM12 19v3";

/** `icon` is the connector's own drawing: the path of an SVG of 24 by 24. */
export function ConnectorIcon({ code, icon = "", size = 20 }: { code: string; icon?: string; size?: number }) {
  return (
    <span className="connector-icon firm accent" aria-hidden="true">
      <svg
        viewBox="0 0 24 24"
        width={size}
        height={size}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={icon || (PATHS[code.toLowerCase()] ?? ANY)} />
      </svg>
    </span>
  );
}
