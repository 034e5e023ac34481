import { expect, it } from "vitest";
import { measureSyncCost } from "../testing/index.ts";

it("[SYN19] behind 3,000 messages a push is about three requests and a tail of at most 8 KiB", async () => {
  const cost = await measureSyncCost(3_000, 60);
  expect(cost.largestTailBytes).toBeLessThanOrEqual(8_192);
  expect(cost.requestsPerPush).toBeLessThan(3.6);
  expect(cost.tailBytesPerPush + cost.segmentBytesPerMessage).toBeLessThan(8_192);
  expect(cost.idleRequests).toBe(1);
  expect(cost.segments).toBeLessThanOrEqual(45);
  expect(cost.firstPull.requests).toBeLessThanOrEqual(2 + cost.segments);
});
