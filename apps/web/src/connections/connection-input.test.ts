import { describe, expect, it } from "vitest";
import type { ConnectionRow } from "../api/rows.ts";
import { emptyInput, inputOf, keepsSecret, problemsOf, toChangedAuth } from "./connection-input.ts";
import { presetOfAddress } from "./presets.ts";

const stored: ConnectionRow = {
  id: "c1",
  name: "NAS",
  url: "https://nas.example/books/",
  auth: { kind: "basic", username: "anna" },
  status: "ok",
  failure: null,
  lastSyncAt: null,
  nextSyncAt: null,
  books: { present: 0, missing: 0 },
  activeJobId: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

describe("the form of a connection", () => {
  it("[WCN1] says everything that is missing at once", () => {
    expect(problemsOf(emptyInput, null)).toEqual({
      name: "name_missing",
      url: "bad_address",
      username: "username_missing",
      secret: "secret_missing",
    });
  });

  it.each([
    ["ftp://x/", "bad_address"],
    ["nas.example/books", "bad_address"],
    ["https://anna:pw@nas.example/", "address_has_user"],
    ["https://nas.example/books", undefined],
  ])("[WCN1] the address %s: %s", (url, problem) =>
    expect(problemsOf({ ...emptyInput, url }, null).url).toBe(problem),
  );

  it("[WCN2] an empty secret keeps the stored one at the same server only", () => {
    const input = inputOf(stored);
    expect(problemsOf(input, stored)).toEqual({});
    expect(keepsSecret({ ...input, url: "https://nas.example/other/" }, stored)).toBe(true);
    expect(keepsSecret({ ...input, url: "https://nas.example:8443/books/" }, stored)).toBe(false);
    expect(problemsOf({ ...input, url: "https://evil.example/" }, stored).secret).toBe("secret_missing");
    expect(problemsOf({ ...input, kind: "bearer" }, stored).secret).toBe("secret_missing");
  });

  it("[WCN2] what is left empty is left out", () => {
    expect(toChangedAuth(inputOf(stored))).toEqual({ kind: "basic", username: "anna" });
    expect(toChangedAuth({ ...inputOf(stored), secret: "new" })).toEqual({
      kind: "basic",
      username: "anna",
      password: "new",
    });
  });

  it.each([
    ["https://c.example/remote.php/dav/files/anna/", "nextcloud"],
    ["https://dav.jianguoyun.com/dav/books/", "jianguoyun"],
    ["https://files.example/", "other"],
  ])("[WCN3] %s looks like %s", (url, preset) => expect(presetOfAddress(url)).toBe(preset));
});
