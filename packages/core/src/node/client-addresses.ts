import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";

/** A request as far as it tells where it comes from. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export interface ClientAddresses {
  /**
   * The address of who asks: of the connection, or of the first hop, seen from here, that is no trusted proxy. One
   * spelling each, IPv4 as IPv4. Empty when the connection is gone and was never looked at.
   */
  addressOf(arrival: Arrival): string;
  /** Whether it came through a proxy that is trusted. */
  isThroughProxy(arrival: Arrival): boolean;
  /**
   * Whether it was sent on this machine for certain: from a loopback address that no trusted proxy has, and without any
   * header that a proxy adds. Behind a proxy nobody is local.
   */
  isLocal(arrival: Arrival): boolean;
}

export interface ProxyRules {
  /** Addresses and networks (`10.0.0.0/8`) of proxies that are believed; none: the connection's address counts. */
  readonly trusted: readonly string[];
  /** The one header they write. A client may send the other one, which is never read. */
  readonly header: "x-forwarded-for" | "forwarded";
}

/** What a chain of proxies has at most. */
const maxHops = 32;

export function createClientAddresses({ trusted, header }: ProxyRules): ClientAddresses {
  const proxies = new BlockList();
  for (const network of trusted) addNetwork(proxies, network);
  const isProxy = (address: string) => proxies.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  const peerOf = ({ socket }: Arrival) => plainAddress(socket.remoteAddress ?? "") ?? "";
  const hopsOf = header === "forwarded" ? hopsOfForwarded : hopsOfForwardedFor;
  return {
    addressOf(arrival) {
      const peer = peerOf(arrival);
      const text = trusted.length === 0 ? undefined : arrival.headers[header];
      if (text === undefined || peer === "" || !isProxy(peer)) return peer;
      return walk(peer, hopsOf(String(text)), isProxy);
    },
    isThroughProxy(arrival) {
      const peer = peerOf(arrival);
      return peer !== "" && trusted.length > 0 && isProxy(peer);
    },
    isLocal(arrival) {
      const peer = peerOf(arrival);
      if (peer !== "::1" && !peer.startsWith("127.")) return false;
      return !(trusted.length > 0 && isProxy(peer)) && !forwarding.some((name) => name in arrival.headers);
    },
  };
}

/** `10.0.0.0/8`, `2001:db8::/32` or one address; everybody at once is no proxy. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const width = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || address.includes("%") || rest.length > 0) return false;
  const least = isIPv6(address) && isIP(plainAddress(address) ?? "") === 4 ? 97 : 1;
  return (
    bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) >= least && Number(bits) <= width)
  );
}

/** What counts as one client: an IPv4 address, or the 64 bits of IPv6 that one holder has. */
export function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail === undefined ? [] : tail.split(":").filter((part) => part !== "");
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}

/** Headers that only somebody who passes requests on writes. */
const forwarding = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "via",
];

/** From the nearest hop outwards: what a hop says of the one before it counts while the hop itself is trusted. */
function walk(peer: string, hops: Iterable<string | null>, isProxy: (address: string) => boolean): string {
  let address = peer;
  let count = 0;
  for (const hop of hops) {
    count += 1;
    // Nonsense was written by who is asking, or by a proxy that hides it: the last hop that is known stands for it.
    if (hop === null || count > maxHops) return address;
    address = hop;
    if (!isProxy(hop)) return address;
  }
  return address;
}

/** `X-Forwarded-For: client, proxy` from its end; null for what is no address. */
function* hopsOfForwardedFor(text: string): Generator<string | null> {
  for (let end = text.length; end >= 0; ) {
    const comma = end === 0 ? -1 : text.lastIndexOf(",", end - 1);
    yield readNode(text.slice(comma + 1, end));
    end = comma;
  }
}

/** `Forwarded: for="[2001:db8::1]:4711";proto=https, for=…` (RFC 7239) from its end. */
function* hopsOfForwarded(text: string): Generator<string | null> {
  const elements = text.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  for (const element of elements.reverse()) {
    const value = /(?:^|;)\s*for=(?:"([^"]*)"|([^;"]*))\s*(?:;|$)/i.exec(element);
    yield value === null ? null : readNode(value[1] ?? value[2] ?? "");
  }
}

/** An address as a proxy writes it: with a port, in brackets, with a zone. */
function readNode(text: string): string | null {
  const node = text.trim();
  const bracketed = /^\[([^\]]{1,80})\](?::\d{1,5})?$/.exec(node)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? plainAddress(bracketed) : null;
  return plainAddress(/^([\d.]{7,15}):\d{1,5}$/.exec(node)?.[1] ?? node);
}

function plainAddress(text: string): string | null {
  const family = isIP(text);
  if (family !== 6) return family === 4 ? text : null;
  const [address = ""] = text.split("%", 1);
  const plain = new SocketAddress({ address, family: "ipv6" }).address;
  return /^::ffff:([\d.]+)$/.exec(plain)?.[1] ?? plain;
}

function addNetwork(list: BlockList, network: string): void {
  const [text = "", bits] = network.split("/");
  const address = plainAddress(text) ?? text;
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  // The last 32 bits of a mapped network are those of its IPv4.
  const shift = isIPv6(text) && family === "ipv4" ? 96 : 0;
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Math.max(0, Number(bits) - shift), family);
}
