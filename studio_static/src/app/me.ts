/** Who is signed in, and where: asked once. */
import { useApi } from "../api/useApi";

export interface Me {
  actor: string;
  workspace: string;
  /** "local", or the name of a stage in AWS. */
  stage: string;
  product_version: string;
  region: string | null;
  links: Record<string, string>;
  copilot: { configured: boolean; provider: "offline" | "bedrock" | "openai"; model: string | null };
}

/** Null until it is known. */
export function useMe(): Me | null {
  return useApi<Me>("/me").data;
}
