/**
 * The CPU cores that the process may use: the quota of its control group (Linux, cgroup v2 `cpu.max`) where there
 * is one, else the machine's cores; at least 1.
 */
export async function cpuQuota(cores: number): Promise<number> {
  const text = await Deno.readTextFile("/sys/fs/cgroup/cpu.max").catch(() => "max");
  const [quota, period] = text.trim().split(" ").map(Number);
  if (Number.isNaN(quota) || !(period > 0)) return Math.max(1, cores);
  return Math.max(1, Math.min(cores, Math.floor(quota / period)));
}
