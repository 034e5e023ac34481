import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIfHeader } from "./if-header.ts";

const token = (value: string, not = false) => ({ not, kind: "token", value });
const etag = (value: string, not = false) => ({ not, kind: "etag", value });

describe("If", () => {
  it.each<[string, ReturnType<typeof parseIfHeader> | object]>([
    ["(<urn:a>)", [{ tag: null, terms: [token("urn:a")] }]],
    [
      '(<urn:a> ["e"]) (Not <urn:b>)',
      [
        { tag: null, terms: [token("urn:a"), etag("e")] },
        { tag: null, terms: [token("urn:b", true)] },
      ],
    ],
    [
      '</x> (["a"])(["b"]) </y> (not["c"])',
      [
        { tag: "/x", terms: [etag("a")] },
        { tag: "/x", terms: [etag("b")] },
        { tag: "/y", terms: [etag("c", true)] },
      ],
    ],
    ['([W/"weak"])', [{ tag: null, terms: [etag("\0")] }]],
  ])("[DV6] %s", (text, expected) => expect(parseIfHeader(text)).toEqual(expected));

  it.each([
    "",
    "()",
    "(",
    "<urn:a>",
    "urn:a",
    "(<urn:a>",
    "(<a b>)",
    '(["e")',
    "(<urn:a>) </x> (<urn:b>)",
    "(Not)",
    "(<a>) x",
  ])("[DV6] refuses %s", (text) => expect(parseIfHeader(text)).toBeNull());

  it("[DV6] ends soon on any text", () => {
    const piece = fc.constantFrom("(", ")", "<", ">", "[", "]", '"', "Not ", "a", " ", "W/");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        const lists = parseIfHeader(pieces.join(""));
        expect(lists === null || lists.every(({ terms }) => terms.length > 0)).toBe(true);
      }),
    );
  });
});
