import { Agent } from "node:http";
import { expect, it } from "vitest";
import { startThreadedTestServer } from "../src/testing/threaded-fixture.ts";

const changes = Number(process.env.DAV_MOMENT_CHANGES ?? 40);

it("[LI7] a PROPFIND tells a row and its properties of one moment, while another thread changes both", async () => {
  await using dav = await startThreadedTestServer({ DAV_THREADS: "2" });
  await dav.send("MKCOL", "l/");
  for (const name of ["a", "f", "z"]) await dav.send("PUT", `l/${name}`, { body: name });
  const timeOf = (change: number) => new Date(Date.UTC(2020, 0, 1) + change * 1_000).toUTCString();
  const change = async (count: number) => {
    const both = `<getlastmodified>${timeOf(count)}</getlastmodified><o:own xmlns:o="urn:own">${count}</o:own>`;
    const body = `<propertyupdate xmlns="DAV:"><set><prop>${both}</prop></set></propertyupdate>`;
    expect((await dav.send("PROPPATCH", "l/f", { body })).text).toContain("200 OK");
  };
  await change(0);
  let isChanging = true;
  const told = new Set<number>();
  const body = '<propfind xmlns="DAV:"><prop><getlastmodified/><own xmlns="urn:own"/></prop></propfind>';
  const look = async (path: string, depth: string) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (isChanging) {
      const { text } = await dav.send("PROPFIND", path, { body, headers: { Depth: depth }, agent });
      const [, time, own] = /<D:href>[^<]*\/l\/f<.*?modified>([^<]*)<.*?<o:own [^>]*>(\d+)</.exec(text) ?? [];
      expect([depth, time]).toEqual([depth, timeOf(Number(own))]);
      told.add(Number(own));
    }
    agent.destroy();
  };
  const looking = [look("l/", "1"), look("l/f", "0")];
  try {
    for (let count = 1; count <= changes; count += 1) await change(count);
  } finally {
    isChanging = false;
  }
  await Promise.all(looking);
  expect(told.size).toBeGreaterThan(5);
});
