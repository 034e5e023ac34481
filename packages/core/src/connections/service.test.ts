import { describe, expect, it } from "vitest";
import { createSecretBox } from "../crypto/index.ts";
import { anna, ben } from "../testing/contracts/index.ts";
import { basic, createConnectionDesk, password } from "../testing/index.ts";
import { createConnectionService } from "./index.ts";

describe("[CN2] a connection is checked before it is stored", () => {
  it("[CN2] by one PROPFIND Depth 0 and no walk", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, remote, url } = bench;
    const connection = await desk.create(anna, { ...wanted, url: url.slice(0, -1) });
    expect(connection).toMatchObject({ url, status: "idle", serverIdentity: "remotetest", username: "anna" });
    expect(remote().requests.map(({ method, depth, path }) => [method, depth, path])).toEqual([
      ["PROPFIND", "0", ""],
    ]);
  });

  it.each([
    [
      "a wrong password",
      { auth: { kind: "basic", username: "anna", password: "wrong" } },
      "credentials_refused",
    ],
    ["no credentials", { auth: { kind: "none" } }, "credentials_refused"],
    ["a path that is not there", { path: "/other/" }, "nothing_there"],
    ["a file", { path: "/dav/novels/Dune.epub" }, "not_webdav"],
  ] as const)("[CN2] refuses %s and stores nothing", async (_, given, reason) => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, url } = bench;
    const auth = "auth" in given ? given.auth : wanted.auth;
    const address = "path" in given ? new URL(given.path, url).href : url;
    await expect(desk.create(anna, { ...wanted, auth, url: address })).rejects.toMatchObject({ reason });
    expect(await desk.list(anna)).toEqual([]);
  });

  it("[CN2] refuses what answers but is no WebDAV server, and what does not answer", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, behave } = bench;
    behave({ lie: () => ({ kind: "html", status: 200 }) });
    await expect(desk.create(anna, wanted)).rejects.toMatchObject({
      code: "upstream_failed",
      reason: "not_multistatus",
    });
    behave({ lie: () => ({ kind: "broken" }) });
    await expect(desk.create(anna, wanted)).rejects.toMatchObject({
      code: "upstream_failed",
      reason: "unreachable",
    });
  });

  it.each([
    ["ftp://dav.example/", "bad_scheme"],
    ["file:///etc/passwd", "bad_scheme"],
    ["javascript:alert(1)", "bad_scheme"],
    ["dav.example/books", "bad_address"],
    ["http://", "bad_address"],
    ["", "bad_address"],
    ["https://user:pw@dav.example/", "userinfo_in_url"],
    ["https://dav.example/?token=1", "bad_address"],
    ["https://dav.example/#top", "bad_address"],
    ["https://dav.example/\u0000", "bad_text"],
    ["https://dav.example/\ud800", "bad_text"],
    [`https://dav.example/${"x".repeat(3_000)}`, "too_long"],
  ])("[CN2] refuses the address %j with %s before asking anybody", async (url, reason) => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, remote } = bench;
    await expect(desk.create(anna, { ...wanted, url })).rejects.toMatchObject({
      code: "bad_request",
      reason,
    });
    expect(remote().requests).toEqual([]);
  });

  it.each([
    ["a blank name", { name: "  " }, "empty"],
    ["a long name", { name: "n".repeat(201) }, "too_long"],
    ["NUL in the name", { name: "a\u0000" }, "bad_text"],
    ["a colon in the user name", { auth: { kind: "basic", username: "a:b", password: "x" } }, "bad_text"],
    ["an empty user name", { auth: { kind: "basic", username: "", password: "x" } }, "bad_text"],
    [
      "a line break in the password",
      { auth: { kind: "basic", username: "a", password: "x\r\nHost: evil" } },
      "bad_text",
    ],
    ["a space in the token", { auth: { kind: "bearer", token: "a b" } }, "bad_text"],
    ["an empty token", { auth: { kind: "bearer", token: "" } }, "bad_text"],
  ] as const)("[CN2] refuses %s", async (_, given, reason) => {
    await using bench = await createConnectionDesk();
    const { desk, wanted } = bench;
    await expect(desk.create(anna, { ...wanted, ...given })).rejects.toMatchObject({
      code: "bad_request",
      reason,
    });
  });

  it("[CN2] keeps the secret when it is left out, also under a new name or path", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, url, tree, remote } = bench;
    const { id } = await desk.create(anna, wanted);
    await desk.update(anna, id, { name: " New name " });
    expect(remote().requests).toHaveLength(1);
    tree.putFolder("sub");
    const moved = await desk.update(anna, id, {
      url: `${url}novels`,
      auth: { kind: "basic", username: "anna" },
    });
    expect(moved).toMatchObject({ name: "New name", url: `${url}novels/`, username: "anna" });
    expect(await desk.check(anna, id)).toEqual({ ok: true, server: "remotetest", failure: null });
  });

  it("[CN2] sends a stored secret to no other scheme, host or port", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, url } = bench;
    const { id } = await desk.create(anna, wanted);
    await using elsewhere = await createConnectionDesk();
    const spy = elsewhere.remote();
    const localhost = url.replace("127.0.0.1", "localhost");
    for (const address of [elsewhere.url, localhost, url.replace("http:", "https:")]) {
      const refused = desk.update(anna, id, { url: address });
      await expect(refused).rejects.toMatchObject({ code: "bad_request", reason: "secret_required" });
    }
    await expect(desk.update(anna, id, { auth: { kind: "bearer" } })).rejects.toMatchObject({
      reason: "secret_required",
    });
    expect(spy.requests).toEqual([]);
    expect((await desk.get(anna, id)).url).toBe(url);
    const auth = { kind: "basic", username: "anna", password } as const;
    expect((await desk.update(anna, id, { url: elsewhere.url, auth })).url).toBe(elsewhere.url);
    expect(spy.requests).toHaveLength(1);
  });

  it("[CN2] a change that does not work changes nothing", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, url } = bench;
    const before = await desk.create(anna, wanted);
    const auth = { kind: "basic", username: "anna", password: "wrong" } as const;
    await expect(desk.update(anna, before.id, { name: "x", auth })).rejects.toMatchObject({
      reason: "credentials_refused",
    });
    await expect(desk.update(anna, before.id, { url: `${url}nowhere/` })).rejects.toMatchObject({
      reason: "nothing_there",
    });
    expect(await desk.get(anna, before.id)).toEqual(before);
  });
});

describe("[CN1] connections belong to their user", () => {
  it("[CN1] another user's connection is not found by any call", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted } = bench;
    const { id } = await desk.create(anna, wanted);
    const attempts = [
      () => desk.get(ben, id),
      () => desk.update(ben, id, { name: "mine" }),
      () => desk.remove(ben, id),
      () => desk.check(ben, id),
      () => desk.sync(ben, id),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    expect(await desk.list(ben)).toEqual([]);
  });
});

describe("[CN3] secrets are sealed and sealed anew", () => {
  it("[CN3] one sealed with the previous key is sealed again as it is used", async () => {
    await using bench = await createConnectionDesk({ key: 1 });
    const { desk, wanted, connections, ...parts } = bench;
    const { id } = await desk.create(anna, wanted);
    const before = (await connections.get(anna, id))?.sealedSecret;
    const key = new Uint8Array(32).fill(2);
    const secretBox = await createSecretBox({ key, previousKey: new Uint8Array(32).fill(1) });
    const later = createConnectionService({ ...parts, connections, secretBox });
    expect((await later.check(anna, id)).ok).toBe(true);
    const after = (await connections.get(anna, id))?.sealedSecret;
    expect(after?.keyId).not.toBe(before?.keyId);
    const alone = createConnectionService({
      ...parts,
      connections,
      secretBox: await createSecretBox({ key }),
    });
    expect((await alone.check(anna, id)).ok).toBe(true);
  });

  it("[CN3] a secret moved to another row does not open", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, connections } = bench;
    const one = await desk.create(anna, wanted);
    const other = await desk.create(anna, wanted);
    const stolen = (await connections.get(anna, one.id))?.sealedSecret ?? null;
    await connections.update(anna, other.id, { sealedSecret: stolen });
    expect(await desk.check(anna, other.id)).toMatchObject({
      ok: false,
      failure: { code: "internal", reason: "seal_broken" },
    });
  });
});

describe("[CN4] secrets are nowhere but in requests", () => {
  it("[CN4] not in rows, answers, failures, jobs or logs", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, queue, lines, behave } = bench;
    const connection = await desk.create(anna, wanted);
    behave({ lie: () => ({ kind: "broken" }) });
    await runner().drain();
    behave({ authorization: "Bearer another" });
    await desk.sync(anna, connection.id);
    await runner("w2").drain();
    const check = await desk.check(anna, connection.id);
    const shown = JSON.stringify([
      await desk.list(anna),
      check,
      (await queue.list(anna, { limit: 9 })).items,
      lines,
    ]);
    expect(lines.length).toBeGreaterThan(0);
    for (const secret of [password, encodeURIComponent(password), basic("anna", password).slice(6), "pä55"])
      expect(shown).not.toContain(secret);
  });
});
