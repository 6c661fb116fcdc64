import { Counter, Gauge, Registry } from "prom-client";
import { type Metric, METRICS, type RunView } from "./metric_table.ts";

/** The media type of {@linkcode renderMetrics}' text. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * A run's numbers in Prometheus' text format. The registry lives for one scrape, so that the run's report stays the
 * only place where anything is counted.
 */
export async function renderMetrics(run: RunView): Promise<string> {
  const registry = new Registry();
  for (const metric of METRICS) addMetric(registry, metric, run);
  return await registry.metrics();
}

function addMetric(registry: Registry, { name, type, help, labels, read }: Metric, run: RunView) {
  const samples = read(run);
  // A metric without labels would be shown as 0 where its value is not known.
  if (samples.length === 0) return;
  const options = { name, help, labelNames: labels ?? [], registers: [registry] };
  if (type === "gauge") {
    const gauge = new Gauge(options);
    for (const { value, labels } of samples) gauge.set({ ...labels }, value);
    return;
  }
  const counter = new Counter(options);
  // A counter that is below zero would fail the whole scrape.
  for (const { value, labels } of samples) counter.inc({ ...labels }, Math.max(0, value));
}
