/**
 * Runs the program in this process and writes, when it ends, the CPU seconds that it took:
 * `usage_at_exit.ts ARGUMENTS…` with the file to write in BENCH_USAGE.
 */
import { cpuUsage } from "node:process";

const path = Deno.env.get("BENCH_USAGE")!;
addEventListener("unload", () => {
  const { user, system } = cpuUsage();
  Deno.writeTextFileSync(path, String((user + system) / 1e6));
});
await import("../../main.ts");
