import { save } from "../api/client";

/** Hands a text to whoever looks at the page, as a file. */
export function saveText(name: string, text: string, type = "text/plain"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  save(address, name);
  URL.revokeObjectURL(address);
}
