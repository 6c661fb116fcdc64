/**
 * Whether a CIDR block covers so much of the address space that it is no restriction: wider than /8 for
 * IPv4 or /32 for IPv6, the bounds at which S3's Block Public Access calls a block public. This also
 * holds for half of the Internet, so that two halves do not slip through.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export function isWorldCidr(cidr: string): boolean {
  const slash = cidr.lastIndexOf("/");
  if (slash < 0) return false;
  const prefixText = cidr.slice(slash + 1).trim();
  if (!/^\d{1,3}$/.test(prefixText)) return false;
  const prefixBits = Number(prefixText);
  return cidr.includes(":") ? prefixBits < 32 : prefixBits < 8;
}
