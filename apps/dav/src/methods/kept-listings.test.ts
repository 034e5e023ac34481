import { describe, expect, it } from "vitest";
import { createKeptListings, type HeldListing, type KeptListings, type Stretch } from "./kept-listings.ts";

const part = (text: string): Stretch => ({ bytes: Buffer.from(text), lastName: text });

/** Lists a collection whose members are the letters of a text. */
function give(listings: KeptListings, key: string, text: string, version = 1): void {
  const copy = listings.begin(key);
  for (const letter of `^${text}`) copy?.add(part(letter));
  copy?.keep(version);
  copy?.end();
}

function twice(listings: KeptListings, key: string, text: string): void {
  give(listings, key, text);
  give(listings, key, text);
}

function textOf({ head, stretches }: HeldListing): string {
  return Buffer.concat([head, ...stretches.map(({ bytes }) => bytes)]).toString();
}

function ask(listings: KeptListings, key: string): string | null {
  const held = listings.find(key);
  held?.release();
  return held === null ? null : textOf(held);
}

// One letter and what an object takes beside it.
const piece = 1 + 2 + 256;

describe("kept listings", () => {
  it("[LI3] keeps what is given twice, whole, and nothing that was given once or not to its end", () => {
    const listings = createKeptListings({ maxBytes: 100 * piece, maxEach: 5 * piece });
    give(listings, "a", "one");
    expect(ask(listings, "a")).toBeNull();
    const cut = listings.begin("a");
    cut?.add(part("^"));
    cut?.end();
    expect(ask(listings, "a")).toBeNull();
    give(listings, "a", "one");
    expect(ask(listings, "a")).toBe("^one");
    for (let times = 0; times < 3; times += 1) give(listings, "long", "x".repeat(5));
    expect(ask(listings, "long")).toBeNull();
    twice(listings, "empty", "");
    expect(listings.find("empty")).toMatchObject({ version: 1, stretches: [{ lastName: "" }] });
  });

  it("[LI4] holds no more than its share, what is being sent included; the longest unused goes first", () => {
    const listings = createKeptListings({ maxBytes: 10 * piece, maxEach: 5 * piece });
    for (const key of ["a", "b"]) twice(listings, key, key.repeat(3));
    expect(ask(listings, "a")).toBe("^aaa");
    twice(listings, "c", "ccc");
    expect(["a", "b", "c"].map((key) => ask(listings, key) !== null)).toEqual([true, false, true]);
    const sending = [listings.find("a"), listings.find("c"), listings.find("c")];
    twice(listings, "d", "ddd");
    expect(ask(listings, "d")).toBeNull();
    sending[0]?.release();
    sending[0]?.release();
    sending[1]?.release();
    twice(listings, "d", "ddd");
    expect(["a", "c", "d"].map((key) => ask(listings, key) !== null)).toEqual([false, true, true]);
    expect(sending[2] && textOf(sending[2])).toBe("^ccc");
  });

  it("[LI4] holds what is gathered, too, and no more of it than there is room for", () => {
    const listings = createKeptListings({ maxBytes: 6 * piece, maxEach: 5 * piece });
    for (const key of ["a", "b"]) give(listings, key, "1");
    const [first, second] = [listings.begin("a"), listings.begin("b")];
    for (const letter of "^abc") for (const copy of [first, second]) copy?.add(part(letter));
    for (const copy of [first, second]) {
      copy?.keep(1);
      copy?.end();
    }
    expect(["a", "b"].map((key) => ask(listings, key))).toEqual([null, "^abc"]);
  });

  it("[LI4] remembers few of what was asked once, and no long questions", () => {
    const listings = createKeptListings({ maxBytes: 1_000_000, maxEach: 500_000 });
    give(listings, "first", "1");
    for (let at = 0; at < 64; at += 1) give(listings, `other ${at}`, "2");
    give(listings, "first", "1");
    expect(ask(listings, "first")).toBeNull();
    twice(listings, "k".repeat(5_000), "3");
    expect(ask(listings, "k".repeat(5_000))).toBeNull();
  });

  it("[LI5] renews stretches in place, while the old ones are still being sent, and holds both till then", () => {
    const listings = createKeptListings({ maxBytes: 9 * piece, maxEach: 6 * piece });
    twice(listings, "a", "abcd");
    const sending = listings.find("a");
    const renewed = sending?.renew({
      version: 2,
      head: Buffer.from("!"),
      stretches: new Map([
        [1, [part("x"), part("y")]],
        [3, []],
      ]),
    });
    expect([sending && textOf(sending), renewed && textOf(renewed)]).toEqual(["^abcd", "!axyc"]);
    // Of the first: its head, b and d; of the second: its head, x and y; and a and c.
    twice(listings, "b", "");
    expect(ask(listings, "b")).toBeNull();
    sending?.release();
    twice(listings, "b", "");
    expect(ask(listings, "b")).toBe("^");
    renewed?.release();
    expect(listings.find("a")).toMatchObject({ version: 2 });
  });

  it("[LI5] gives a renewed listing for which there is no room once, and keeps it no more", () => {
    const listings = createKeptListings({ maxBytes: 20 * piece, maxEach: 4 * piece });
    twice(listings, "a", "abc");
    const sending = listings.find("a");
    const fresh = { version: 2, head: Buffer.from("!"), stretches: new Map([[2, [part("c"), part("d")]]]) };
    const renewed = sending?.renew(fresh);
    expect(renewed && textOf(renewed)).toBe("!abcd");
    expect(ask(listings, "a")).toBeNull();
    expect(sending && textOf(sending)).toBe("^abc");
  });
});
