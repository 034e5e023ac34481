import { describe, expect, it } from "vitest";
import { audienceOfUrl, sameAudience } from "./index.ts";

describe("the audience of an address", () => {
  it.each([
    ["http://localhost:3021", "did:web:localhost%3A3021"],
    ["http://LocalHost:3021/dav/", "did:web:localhost%3A3021"],
    ["https://dav.example.com", "did:web:dav.example.com"],
    ["https://dav.example.com:443/x?y#z", "did:web:dav.example.com"],
    ["http://dav.example.com:80", "did:web:dav.example.com"],
    ["http://127.0.0.1:3021", "did:web:127.0.0.1%3A3021"],
    ["http://[::1]:3021", "did:web:%5B%3A%3A1%5D%3A3021"],
    ["https://user:secret@dav.example.com", "did:web:dav.example.com"],
    ["https://bücher.example", "did:web:xn--bcher-kva.example"],
  ])("[UCAN16] %s → %s", (url, audience) => expect(audienceOfUrl(url)).toBe(audience));
});

describe("two audiences", () => {
  it.each([
    ["did:web:localhost%3A3021", "did:web:localhost:3021", true],
    ["did:web:localhost%3A3021", "did:web:LOCALHOST%3a3021", true],
    ["did:web:[::1]:3021", "did:web:%5B%3A%3A1%5D%3A3021", true],
    ["did:web:a.example", "did:web:A.example", true],
    ["did:web:a.example", "did:web:a.example%3A443", false],
    ["did:web:a.example:x", "did:web:a.example", false],
    ["did:web:a.example%2Fx", "did:web:a.example/x", false],
    ["did:key:z6MkA", "did:key:z6Mka", false],
    ["did:key:z6MkA", "did:key:z6MkA", true],
  ])("[UCAN16] %s and %s: same is %j", (left, right, same) => {
    expect(sameAudience(left, right)).toBe(same);
    expect(sameAudience(right, left)).toBe(same);
  });
});
