import { problemOf } from "@relite/core/api-client";
import { expect, test } from "vitest";
import { claimed, invited, newSigner, setupCode, startTestApi } from "./api-under-test.ts";

test("[API1] the first key that shows the setup code becomes the owner, and only the first", async () => {
  await using api = await startTestApi();
  const stranger = api.clientOf(await newSigner());
  await expect(stranger.me.get.query()).rejects.toMatchObject({
    data: { code: "unauthorized", reason: "unknown_root" },
  });
  await expect(stranger.setup.claim.mutate({ code: "wrong-wrong" })).rejects.toMatchObject({
    data: { code: "insufficient", reason: "bad_setup_code", httpStatus: 403 },
  });
  const owner = await claimed(api);
  expect(owner.me).toMatchObject({ role: "owner", dids: [owner.signer.did] });
  expect(await owner.client.me.get.query()).toEqual(owner.me);
  await expect(stranger.setup.claim.mutate({ code: setupCode })).rejects.toMatchObject({
    data: { code: "conflict", reason: "already_claimed" },
  });
  expect(await stranger.setup.status.query()).toEqual({ claimed: true, audience: api.audience });
});

test("[API2] later users come by an invitation that works once", async () => {
  await using api = await startTestApi();
  const owner = await claimed(api);
  const { code, id } = await owner.client.invitations.create.mutate({ label: "Ben" });
  const ben = await newSigner();
  const me = await api.clientOf(ben).invitations.accept.mutate({ code, displayName: "Ben" });
  expect(me).toMatchObject({ role: "member", displayName: "Ben", dids: [ben.did] });
  const late = api.clientOf(await newSigner()).invitations.accept.mutate({ code });
  await expect(late).rejects.toMatchObject({ data: { code: "forbidden", reason: "invitation_used" } });
  const invitations = await owner.client.invitations.list.query();
  expect(invitations.items).toMatchObject([{ id, label: "Ben", usedAt: expect.any(String) }]);
  const other = await invited(api, owner);
  const refused = await other.client.invitations.create.mutate({}).catch(problemOf);
  expect(refused).toMatchObject({ code: "forbidden", reason: "owner_only" });
});
