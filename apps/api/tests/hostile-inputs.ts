export const unknownId = "00000000-0000-4000-8000-000000000000";

/** For every procedure with an input: one that is well-formed and finds nothing or changes nothing that matters. */
export const sampleByPath: Readonly<Record<string, unknown>> = {
  "setup.claim": { code: "some-setup-code", displayName: "Anna" },
  "access.revoke": { iss: "did:key:z", revoke: "b", challenge: "c", ucan: "a.b.c" },
  "access.loseDevice": { did: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" },
  "access.findDevice": { did: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" },
  "invitations.create": { label: "for Ben", expiresAt: "2026-12-01T00:00:00Z" },
  "invitations.revoke": { id: unknownId },
  "invitations.accept": { code: "some-invitation-code", displayName: "Ben" },
  "me.update": { displayName: "Anna" },
  "connections.get": { id: unknownId },
  "connections.create": {
    name: "NAS",
    url: "http://127.0.0.1:1/dav/",
    auth: { kind: "basic", username: "anna", password: "planted-password" },
  },
  "connections.update": {
    id: unknownId,
    name: "NAS",
    url: "http://127.0.0.1:1/dav/",
    auth: { kind: "bearer", token: "planted-token" },
  },
  "connections.delete": { id: unknownId },
  "connections.check": { id: unknownId },
  "connections.sync": { id: unknownId },
  "books.list": {
    search: "word",
    formats: ["epub"],
    connectionId: unknownId,
    states: ["present"],
    readStates: ["unread"],
    sort: "title",
    descending: false,
    cursor: "abc",
    limit: 10,
  },
  "books.get": { id: unknownId },
  "books.setReadState": { id: unknownId, readState: "reading" },
  "proposals.list": { connectionId: unknownId, status: "open" },
  "proposals.decide": { id: unknownId, accept: true },
  "jobs.list": { connectionId: unknownId, statuses: ["done"], cursor: "abc", limit: 10 },
  "jobs.get": { id: unknownId },
  "jobs.cancel": { id: unknownId },
  "jobs.watch": { id: unknownId, lastEventId: "abc.1" },
  "settings.update": { chat: { baseUrl: "http://127.0.0.1:1/v1", model: "small", apiKey: "planted-key" } },
  "chat.complete": {
    messages: [{ role: "user", content: "Hello" }],
    model: "small",
    temperature: 1,
    maxTokens: 10,
  },
};

const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  "",
  "\0",
  "a\0b",
  "\ud800",
  "x\udfff",
  "../../etc/passwd",
  "apps",
  "' OR 1=1 --",
  "x".repeat(100_000),
  "\u202e\u0007",
  [],
  ["x"],
  {},
  { $ne: null },
  { toString: 1 },
];

export const wholeInputs: readonly string[] = [
  "null",
  "7",
  '"text"',
  "[]",
  "{}",
  '{"unknown":1}',
  '{"__proto__":{"id":"x"}}',
  '{"constructor":{"prototype":{"id":1}}}',
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `{"id":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
];

/** Every object like `value` with one leaf or branch replaced. */
export function* variantsOf(value: unknown): Generator<unknown> {
  for (const odd of oddValues) yield odd;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      for (const changed of variantsOf(one)) yield value.with(index, changed);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, one] of Object.entries(value))
    for (const changed of variantsOf(one)) yield { ...value, [name]: changed };
}
