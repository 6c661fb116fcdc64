/** IP addresses and networks, both versions. An IPv4 address inside IPv6 (`::ffff:1.2.3.4`) is IPv4. */

interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

const MAPPED_PREFIX = 0xffffn << 32n;
/** The longest address, an IPv6 one that ends in an IPv4 one. */
const ADDRESS_LENGTH_MAX = 45;

/**
 * A test whether a text is an address inside the network. Bits behind the prefix do not count, and an
 * address alone is a network of one. Throws SyntaxError unless `network` is a network.
 */
export function compileCidr(network: string): (text: string) => boolean {
  const [addressText, lengthText, ...rest] = network.split("/");
  const address = parseAddress(addressText);
  const width = address === null ? 0 : addressText.includes(":") ? 128 : 32;
  const length = lengthText === undefined ? width : Number(lengthText);
  const lengthIsFine = lengthText === undefined || /^\d{1,3}$/.test(lengthText);
  if (address === null || rest.length > 0 || !lengthIsFine || length > width) {
    throw new SyntaxError(`Cannot use \`${network}\` as a network: it is no CIDR notation`);
  }
  // A network written as IPv6 that lies inside the mapped addresses is one of IPv4.
  const mapped = width === 128 && address.version === 4;
  if (mapped && length < 96) {
    throw new SyntaxError(`Cannot use \`${network}\` as a network: it is wider than IPv4`);
  }
  const bits = address.version === 4 ? 32 : 128;
  const shift = BigInt(bits - (mapped ? length - 96 : length));
  const prefix = address.value >> shift;
  return (text) => {
    const candidate = parseAddress(text);
    return candidate !== null && candidate.version === address.version &&
      candidate.value >> shift === prefix;
  };
}

function parseAddress(text: string): Address | null {
  if (text.length > ADDRESS_LENGTH_MAX) return null;
  if (!text.includes(":")) {
    const value = parseIpv4(text);
    return value === null ? null : { version: 4, value };
  }
  const value = parseIpv6(text);
  if (value === null) return null;
  return value >> 32n === 0xffffn
    ? { version: 4, value: value - MAPPED_PREFIX }
    : { version: 6, value };
}

function parseIpv4(text: string): bigint | null {
  const bytes = text.split(".");
  if (bytes.length !== 4) return null;
  let value = 0n;
  for (const byte of bytes) {
    // A leading zero means octal to some programs, so it means nothing here.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(byte) || Number(byte) > 255) return null;
    value = value << 8n | BigInt(byte);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groups: number[][] = [];
  for (const [i, half] of halves.entries()) {
    const parsed = parseGroups(half, i === halves.length - 1);
    if (parsed === null) return null;
    groups.push(parsed);
  }
  const known = groups.flat().length;
  if (halves.length === 1 ? known !== 8 : known > 7) return null;
  const middle = halves.length === 1 ? [] : new Array<number>(8 - known).fill(0);
  return [...groups[0], ...middle, ...(groups[1] ?? [])]
    .reduce((value, group) => value << 16n | BigInt(group), 0n);
}

function parseGroups(text: string, isLast: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const pieces = text.split(":");
  for (const [i, piece] of pieces.entries()) {
    if (isLast && i === pieces.length - 1 && piece.includes(".")) {
      const value = parseIpv4(piece);
      if (value === null) return null;
      groups.push(Number(value >> 16n), Number(value & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(piece)) return null;
      groups.push(parseInt(piece, 16));
    }
  }
  return groups;
}
