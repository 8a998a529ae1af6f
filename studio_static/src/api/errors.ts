/** What the API says when it refuses: the one shape of every error, as an exception. */

export interface ErrorShape {
  code: string;
  message: string;
  where?: string | null;
  advice?: string | null;
  details?: unknown;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** A JSON pointer, a line, a header or a field. */
  readonly where: string | null;
  /** What to do about it. */
  readonly advice: string | null;
  readonly details: unknown;

  constructor(status: number, shape: ErrorShape) {
    super(shape.message);
    this.name = "ApiError";
    this.status = status;
    this.code = shape.code;
    this.where = shape.where ?? null;
    this.advice = shape.advice ?? null;
    this.details = shape.details ?? null;
  }

  /** No answer came at all: the server stopped, or the network is away. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** Any thrown thing as an ApiError, so that one component can show it. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(0, { code: "Unexpected", message });
}
