/** Metrics for Prometheus, drawn from a run's report. */
export { METRICS } from "./metric_table.ts";
export { type MetricsServer, serveMetrics, type WatchedRun } from "./serve_metrics.ts";
