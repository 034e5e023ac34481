import { describe, expect, it } from "vitest";
import { addressBlock, createClientAddresses, isNetwork, type ProxyRules } from "./client-addresses.ts";

const arrival = (peer: string | undefined, headers: Readonly<Record<string, string>> = {}) => ({
  headers,
  socket: { remoteAddress: peer },
});
const behind = (trusted: readonly string[], header: ProxyRules["header"] = "x-forwarded-for") =>
  createClientAddresses({ trusted, header });
const ask = (trusted: readonly string[], peer: string, forwardedFor: string) =>
  behind(trusted).addressOf(arrival(peer, { "x-forwarded-for": forwardedFor }));

describe("client addresses", () => {
  it.each([
    // Nobody is trusted: the connection counts, whatever is said.
    [[], "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    [[], "127.0.0.1", "1.1.1.1", "127.0.0.1"],
    [["10.0.0.1"], "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    // One proxy: what it appended, not what the client wrote before.
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1", "1.1.1.1"],
    [["10.0.0.1"], "10.0.0.1", "127.0.0.1, 1.1.1.1", "1.1.1.1"],
    [["10.0.0.1"], "10.0.0.1", "10.0.0.1, 1.1.1.1", "1.1.1.1"],
    [["10.0.0.1"], "::ffff:10.0.0.1", "1.1.1.1", "1.1.1.1"],
    [["10.0.0.0/8"], "10.9.8.7", " 1.1.1.1 ", "1.1.1.1"],
    // Several.
    [["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2,10.0.0.3", "1.1.1.1"],
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1, 10.0.0.2", "10.0.0.2"],
    [["10.0.0.0/8"], "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"],
    // Ports, brackets, zones, IPv4 in IPv6.
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1:4711", "1.1.1.1"],
    [["10.0.0.1"], "10.0.0.1", "[2001:DB8::1]:4711", "2001:db8::1"],
    [["10.0.0.1"], "10.0.0.1", "[2001:db8::1]", "2001:db8::1"],
    [["10.0.0.1"], "10.0.0.1", "2001:db8:0:0:0::1", "2001:db8::1"],
    [["10.0.0.1"], "10.0.0.1", "fe80::1%eth0", "fe80::1"],
    [["10.0.0.1"], "10.0.0.1", "::ffff:1.1.1.1", "1.1.1.1"],
    [["10.0.0.1"], "10.0.0.1", "::ffff:101:101", "1.1.1.1"],
    [["2001:db8::/32"], "2001:db8::5", "1.1.1.1", "1.1.1.1"],
    [["fe80::1"], "fe80::1%eth0", "1.1.1.1", "1.1.1.1"],
    [["::ffff:10.0.0.0/104"], "10.0.0.1", "1.1.1.1", "1.1.1.1"],
    // Nonsense: the proxy that passed it on stands for it.
    [["10.0.0.1"], "10.0.0.1", "unknown", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", ",", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1,", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1:99999999", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "1.1.1.1.1", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "01.1.1.1", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "[1.1.1.1]", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "[::1", "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", '"1.1.1.1"', "10.0.0.1"],
    [["10.0.0.1"], "10.0.0.1", "<script>", "10.0.0.1"],
    [["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, x, 10.0.0.2", "10.0.0.2"],
  ])("[NO1] trusting %j, from %s with X-Forwarded-For %j: %s", (trusted, peer, header, expected) => {
    expect(ask(trusted, peer, header)).toBe(expected);
  });

  it.each([
    ["for=1.1.1.1", "1.1.1.1"],
    ["for=9.9.9.9, for=1.1.1.1;proto=https;by=10.0.0.1", "1.1.1.1"],
    ['proto=https; For="[2001:db8::1]:4711"', "2001:db8::1"],
    ['for="1.1.1.1:80"', "1.1.1.1"],
    ['for=1.1.1.1, for="10.0.0.1"', "1.1.1.1"],
    ['for="a, for=2.2.2.2", for=1.1.1.1', "1.1.1.1"],
    ["for=_hidden", "10.0.0.1"],
    ["for=unknown", "10.0.0.1"],
    ["proto=https", "10.0.0.1"],
    ['for="1.1.1.1', "10.0.0.1"],
    ["xfor=1.1.1.1", "10.0.0.1"],
    [";;;,,,", "10.0.0.1"],
    ["", "10.0.0.1"],
  ])("[NO1] Forwarded %j is from %s", (header, expected) => {
    const from = behind(["10.0.0.1"], "forwarded");
    expect(from.addressOf(arrival("10.0.0.1", { forwarded: header }))).toBe(expected);
  });

  it("[NO1] only the header that the proxies write is read", () => {
    const both = arrival("10.0.0.1", { forwarded: "for=6.6.6.6", "x-forwarded-for": "1.1.1.1" });
    expect(behind(["10.0.0.1"]).addressOf(both)).toBe("1.1.1.1");
    expect(behind(["10.0.0.1"], "forwarded").addressOf(both)).toBe("6.6.6.6");
  });

  it("[NO1] a long list costs no more than its end", () => {
    const hops = Array.from({ length: 3_000 }, () => "10.0.0.1").join(",");
    const startMs = performance.now();
    for (let time = 0; time < 1_000; time += 1) expect(ask(["10.0.0.1"], "10.0.0.1", hops)).toBe("10.0.0.1");
    expect(performance.now() - startMs).toBeLessThan(2_000);
    const quotes = `for=${'"\\'.repeat(6_000)}`;
    const from = behind(["10.0.0.1"], "forwarded");
    expect(from.addressOf(arrival("10.0.0.1", { forwarded: quotes }))).toBe("10.0.0.1");
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });

  it.each([
    [[], "127.0.0.1", {}, true],
    [[], "127.8.9.1", {}, true],
    [[], "::1", {}, true],
    [[], "::ffff:127.0.0.1", {}, true],
    [[], "10.0.0.1", {}, false],
    [[], "::ffff:10.0.0.1", {}, false],
    [[], "", {}, false],
    [[], "127.0.0.1", { "x-forwarded-for": "127.0.0.1" }, false],
    [[], "127.0.0.1", { "x-forwarded-for": "" }, false],
    [[], "127.0.0.1", { forwarded: "for=127.0.0.1" }, false],
    [[], "127.0.0.1", { "x-real-ip": "1.1.1.1" }, false],
    [[], "127.0.0.1", { "x-forwarded-proto": "https" }, false],
    [[], "127.0.0.1", { via: "1.1 x" }, false],
    [["127.0.0.1"], "127.0.0.1", {}, false],
    [["127.0.0.1"], "127.0.0.1", { "x-forwarded-for": "127.0.0.1" }, false],
    [["::1"], "127.0.0.1", {}, true],
    [["10.0.0.1"], "10.0.0.1", { "x-forwarded-for": "127.0.0.1" }, false],
  ])("[NO2] trusting %j, from %j with %j: local is %s", (trusted, peer, headers, expected) => {
    expect(behind(trusted).isLocal(arrival(peer, headers))).toBe(expected);
  });

  it.each([
    ["10.0.0.1", true],
    ["10.0.0.0/8", true],
    ["::1", true],
    ["2001:db8::/32", true],
    ["10.0.0.0/0", false],
    ["::/0", false],
    ["10.0.0.0/33", false],
    ["::/129", false],
    ["10.0.0.0/", false],
    ["10.0.0.0/8/8", false],
    ["10.0.0.0/-1", false],
    ["10.0.0.0/08", false],
    ["10.0.0", false],
    ["::ffff:10.0.0.0/104", true],
    ["::ffff:10.0.0.0/96", false],
    ["localhost", false],
    ["*", false],
    ["fe80::1%eth0", false],
    ["", false],
  ])("[NO3] %j as a network: %s", (text, expected) => {
    expect(isNetwork(text)).toBe(expected);
  });

  it("[NO3] a connection that is gone has no address, and 64 bits of IPv6 are one client", () => {
    expect(behind([]).addressOf(arrival(undefined))).toBe("");
    expect(behind(["10.0.0.1"]).addressOf(arrival(undefined, { "x-forwarded-for": "1.1.1.1" }))).toBe("");
    const blocks = ["1.1.1.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", "2001:db8::1", "::1"].map(
      addressBlock,
    );
    expect(blocks).toEqual(["1.1.1.1", "2001:db8:1:2", "2001:db8:1:2", "2001:db8:0:0", "0:0:0:0"]);
  });
});
