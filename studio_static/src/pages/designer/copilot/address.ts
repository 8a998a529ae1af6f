/** `?mend=ID` of the designer's address: the execution that the copilot is to be asked about. */
export const MEND = { mend: "" };

/** Whether somebody came to mend one. */
export const asksToMend = (): boolean => new URLSearchParams(window.location.search).has("mend");
