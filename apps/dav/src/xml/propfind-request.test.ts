import { expect, it } from "vitest";
import { createPropfindReader, readPropfindRequest } from "./propfind-request.ts";

it("[DV17] reads a question it has read before as it read it then, and refuses again what it refused", () => {
  const read = createPropfindReader();
  const ask = (name: string) => Buffer.from(`<propfind xmlns="DAV:"><prop><${name}/></prop></propfind>`);
  for (let times = 0; times < 3; times += 1) {
    for (let at = 0; at < 40; at += 1)
      expect(read(ask(`p${at}`))).toEqual(readPropfindRequest(ask(`p${at}`)));
    expect(read(ask("é"))).toMatchObject({ names: [{ name: "é" }] });
    expect(read(ask("x".repeat(3_000)))).toMatchObject({ names: [{ name: "x".repeat(3_000) }] });
    expect(read(Buffer.from(""))).toEqual({ kind: "allprop", include: [] });
    expect(() => read(Buffer.from("<propfind/>"))).toThrow(/no properties/);
  }
});
