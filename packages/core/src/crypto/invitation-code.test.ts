import { expect, test } from "vitest";
import { hashInvitationCode, newInvitationCode } from "./invitation-code.ts";

test("[AC6] codes are long, plain to read, drawn evenly, and kept as a hash that forgives how they are typed", async () => {
  const drawn = new Map<string, number>();
  for (let round = 0; round < 1_000; round++) {
    const code = newInvitationCode((length) => crypto.getRandomValues(new Uint8Array(length)));
    expect(code).toMatch(/^[a-hjkmnp-z2-9]{26}$/);
    for (const letter of code) drawn.set(letter, (drawn.get(letter) ?? 0) + 1);
  }
  expect(drawn.size).toBe(31);
  expect(Math.max(...drawn.values()) / Math.min(...drawn.values())).toBeLessThan(1.5);

  const hash = await hashInvitationCode("abcd2345");
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashInvitationCode(" ABCD-2345\n")).toBe(hash);
  expect(await hashInvitationCode("abcd2346")).not.toBe(hash);
});
