import type { MapReader } from "./map_reader.ts";

const HERE = { category: null, product: "aws", service: "cloudtrail" } as const;

/**
 * Why a log source is not CloudTrail, as `product: windows, service: sysmon`; null if it is. Product and
 * service may each be left out, since each alone already says which log is meant; a category never is ours.
 * Throws SigmaError where the log source names nothing.
 */
export function whyNotApplicable(logsource: MapReader): string | null {
  const named: string[] = [];
  let elsewhere = false;
  for (const [name, ours] of Object.entries(HERE)) {
    const value = logsource.text(name);
    if (value === null) continue;
    named.push(`${name}: ${value}`);
    if (value.toLowerCase() !== ours) elsewhere = true;
  }
  if (named.length === 0) {
    throw logsource.error(logsource.line, "it names no category, product or service");
  }
  return elsewhere ? `its logsource is ${named.join(", ")}` : null;
}
