/** What kind of network an address belongs to. The ranges are IANA's special-purpose registries (RFC 6890 and its updates) and the metadata services of clouds. */
import { BlockList, isIP } from 'node:net';

/**
 * - `public`: of the open internet.
 * - `loopback`: this machine itself.
 * - `private`: a network of the user's own (RFC 1918, unique local addresses, carrier-grade NAT).
 * - `never`: nothing that a person could mean: link-local with the metadata services of clouds, multicast, documentation, "this network", tunnels that hide another address.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'never';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // metadata and host services that answer on addresses of other kinds: Alibaba, Azure's wire server, Amazon by IPv6
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  // unspecified, IPv4-compatible, NAT64, discard, Teredo and other protocol assignments, documentation, 6to4, segment routing, link-local, site-local, multicast
  '::/128',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** Ranges as one list. An IPv4 address that is written as IPv6 (`::ffff:127.0.0.1`) is found in the ranges of IPv4. */
export function rangesOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const range = rangeIn(cidr);
    if (range === null) throw new Error(`"${cidr}" is no range of addresses`);
    list.addSubnet(range.address, range.prefix, range.family);
  }
  return list;
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; null for anything else. */
export function rangeIn(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', digits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const longest = version === 4 ? 32 : 128;
  const prefix = digits === undefined ? longest : Number(digits);
  return prefix > longest ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

const loopback = rangesOf(LOOPBACK);
const privates = rangesOf(PRIVATE);
const never = rangesOf(NEVER);

/** Whether an address is in a list; its zone (`fe80::1%eth0`) does not matter. */
export function isIn(list: BlockList, address: string): boolean {
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  return version !== 0 && list.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/** The kind of an address. What is no address is `never`. */
export function kindOfAddress(address: string): AddressKind {
  if (isIP(address.split('%')[0] ?? '') === 0) return 'never';
  // ::1 lies in ::/96
  if (isIn(loopback, address)) return 'loopback';
  if (isIn(never, address)) return 'never';
  return isIn(privates, address) ? 'private' : 'public';
}
