/** docs/metrics.md and what is deployed with it name the metrics that there are, and no others. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { METRICS } from "../../metrics/mod.ts";
import { readDocuments, readText, tableRows } from "./_documents.ts";

const names = new Set(METRICS.map(({ name }) => name));

Deno.test("docs/metrics.md lists every metric as it is declared", () => {
  const rows = tableRows(readText("docs/metrics.md")).filter(([name]) => name.startsWith("`"));
  assertEquals(
    rows.map((cells) => cells.map((cell) => cell.trim())),
    METRICS.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      (labels ?? []).map((label) => `\`${label}\``).join(", "),
      help,
    ]),
  );
});

Deno.test("documents and alerting rules name no metric that does not exist", () => {
  const texts = [
    ...readDocuments(),
    { path: "deploy/alerts.yml", text: readText("deploy/alerts.yml") },
  ];
  for (const { path, text } of texts) {
    for (const [name] of text.matchAll(/\btrailsieve_[a-z0-9_]+_(?:total|seconds|bytes)\b/g)) {
      assert(names.has(name), `${path}: ${name}`);
    }
  }
});

Deno.test("deploy/alerts.yml has rules with an expression over metrics, a severity and a summary", () => {
  const { groups } = parse(readText("deploy/alerts.yml"));
  const rules = groups.flatMap((group: { rules: unknown[] }) => group.rules);
  assert(rules.length > 0);
  for (const { alert, expr, labels, annotations } of rules) {
    const used = expr.match(/\btrailsieve_\w+|\bup\b/g) ?? [];
    assert(used.length > 0, alert);
    for (const name of used) assert(name === "up" || names.has(name), `${alert}: ${name}`);
    assert(["critical", "warning"].includes(labels.severity), alert);
    assert(annotations.summary.length > 0, alert);
  }
});

Deno.test("deploy/prometheus.yml scrapes the port and the name of compose.yaml's replicas", () => {
  const text = readText("deploy/prometheus.yml");
  const [{ dns_sd_configs: [discovery] }] = parse(text).scrape_configs;
  const { services, name } = parse(readText("compose.yaml"), { merge: true });
  assert(discovery.names.every((name: string) => Object.hasOwn(services, name)));
  assertEquals(services.poll.environment.TRAILSIEVE_METRICS, `:${discovery.port}`);
  assertStringIncludes(text, `--network ${name}_default`);
  assertEquals(parse(text).rule_files, ["alerts.yml"]);
});
