/**
 * The ETag of a local file: size and modification time in nanoseconds, which change with its content. The
 * coordinator lists with it and a worker checks it again after reading.
 */
export function fileEtag(stat: { readonly size: bigint; readonly mtimeNs: bigint }): string {
  return `${stat.size}-${stat.mtimeNs}`;
}
