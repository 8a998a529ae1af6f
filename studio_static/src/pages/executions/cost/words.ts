/** What single executions cost, which is far below a cent. Pure. */

/** "$0.000028; a million such $28". */
export function runMoneyWords(usd: number): string {
  const one = usd < 1e-6 ? "under $0.000001" : usd < 1 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
  return `${one}; a million such ${millionWords(usd)}`;
}

/** What a million of them cost. */
export function millionWords(usd: number): string {
  const dollars = usd * 1_000_000;
  return dollars < 10 ? `$${dollars.toFixed(2)}` : `$${Math.round(dollars).toLocaleString("en-GB")}`;
}
