/** A file of the Studio that could not be fetched: the server is away, or serves another build by now. */

const SAID = /dynamically imported module|Importing a module script failed|error loading dynamically|preload CSS/i;

export const isMissingFile = (error: unknown): boolean => error instanceof Error && SAID.test(error.message);

export function MissingFile({ again }: { again: () => void }) {
  return (
    <div className="part-missing" role="alert">
      <strong>This part could not be loaded.</strong> The server does not answer, or the Studio was rebuilt. What you
      wrote is still here.{" "}
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
