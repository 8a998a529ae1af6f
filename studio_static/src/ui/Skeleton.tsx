import "./skeleton.css";

/** The shape of what comes, so that nothing jumps when it is there. */
export function Skeleton({ what, rows = 6 }: { what: string; rows?: number }) {
  return (
    <div className="skeleton" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: rows }, (_, index) => `row ${index}`).map((row) => (
        <span key={row} className="skeleton-row" />
      ))}
    </div>
  );
}
