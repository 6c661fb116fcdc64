/**
 * The ETag of a local file: size and modification time in nanoseconds, which change with its content. Deno knows the
 * time in whole milliseconds. The coordinator lists with it and a worker checks it again after reading.
 */
export function fileEtag(
  { size, mtime }: { readonly size: number; readonly mtime: Date | null },
): string {
  const ms = mtime?.getTime() ?? 0;
  return ms === 0 ? `${size}-0` : `${size}-${ms}000000`;
}
