import { BlockList, isIPv4, isIPv6 } from "node:net";

/** `never`: metadata services, multicast and other addresses no server of a user has. */
export type AddressKind = "public" | "private" | "never";

/**
 * What an IP address may be used for. IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as the IPv4 it leads to;
 * anything that is no IP address is `never`.
 */
export function kindOfAddress(address: string): AddressKind {
  const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIPv4(plain)) return kindOf(plain, "ipv4");
  if (!isIPv6(plain)) return "never";
  const groups = groupsOf(plain);
  const inner = embeddedIpv4(groups);
  if (inner === null) return kindOf(plain, "ipv6");
  const kind = kindOf(inner, "ipv4");
  // Tunnels to a private address have no honest use; a mapped address is just another spelling.
  return kind === "private" && !isMapped(groups) ? "never" : kind;
}

function kindOf(address: string, family: "ipv4" | "ipv6"): AddressKind {
  if (neverUsed.check(address, family)) return "never";
  return privateRanges.check(address, family) ? "private" : "public";
}

const neverUsed = blockList([
  // Metadata services: AWS, Azure, Google, Oracle, Alibaba, ECS tasks.
  "169.254.169.254/32",
  "169.254.169.253/32",
  "169.254.170.2/32",
  "169.254.170.23/32",
  "168.63.129.16/32",
  "192.0.0.192/32",
  "100.100.100.200/32",
  "fd00:ec2::/32",
  "fd20:ce::254/128",
  // Multicast, reserved, broadcast, documentation, discard, Teredo.
  "224.0.0.0/4",
  "240.0.0.0/4",
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "ff00::/8",
  "100::/64",
  "2001::/32",
  "2001:db8::/32",
]);

const privateRanges = blockList([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "::/127",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
]);

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits = ""] = range.split("/");
    list.addSubnet(network, Number(bits), isIPv4(network) ? "ipv4" : "ipv6");
  }
  return list;
}

/** The eight 16-bit groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, lead = "", a = "0", b = "0", c = "0", d = "0"] = dotted ?? [];
  const hex = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${lead}${hex(a, b)}:${hex(c, d)}`;
  const [left = "", right] = text.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

function embeddedIpv4(groups: readonly number[]): string | null {
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups;
  const isNat64 = g0 === 0x64 && g1 === 0xff9b && (g2 === 1 || g2 + g3 + g4 + g5 === 0);
  const isCompatible = g0 + g1 + g2 + g3 + g4 + g5 === 0 && g6 * 65_536 + g7 > 1;
  if (isMapped(groups) || isNat64 || isCompatible) return dottedQuad(g6, g7);
  return g0 === 0x2002 ? dottedQuad(g1, g2) : null;
}

function dottedQuad(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
