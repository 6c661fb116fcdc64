/**
 * The highest resident set of a process in bytes, as the kernel counts it; null where it has ended. Deno lets nobody
 * read /proc without all permissions.
 */
export function peakRss(pid: number): number | null {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
    return found === null ? null : Number(found[1]) * 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The highest resident set of a child until it ended, asked for again and again, since it goes with the process. */
export async function peakUntilEnd(child: Deno.ChildProcess): Promise<number> {
  let peak = 0;
  const look = () => peak = Math.max(peak, peakRss(child.pid) ?? 0);
  const timer = setInterval(look, 100);
  await child.status.finally(() => clearInterval(timer));
  return peak;
}
