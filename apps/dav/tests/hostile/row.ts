/** Method and target, more header lines, body; status expected. `A` in the header lines stands for the owner's token. */
export type HostileRow = readonly [
  line: string,
  headers: readonly string[],
  body: string | Buffer,
  status: number,
];

/** The app the requests go to. */
export const at = "/dav/apps/test";
export const d = 'xmlns="DAV:"';
const withLength = (body: string, type = "application/xml") => [
  "A",
  `Content-Length: ${Buffer.byteLength(body)}`,
  `Content-Type: ${type}`,
];
export const exclusive = "<lockscope><exclusive/></lockscope>";
export const writeType = "<locktype><write/></locktype>";
/** Names that are short as sent and long as answered, each with its whole namespace. */
export const manyNames = (root: string, block?: string) => {
  const prop = `<prop>${Array.from({ length: 4_000 }, (_, index) => `<p:a${index}/>`).join("")}</prop>`;
  const inner = block === undefined ? prop : `<${block}>${prop}</${block}>`;
  return `<${root} ${d} xmlns:p="urn:${"n".repeat(500_000)}">${inner}</${root}>`;
};
export const lockInfo = (...parts: readonly string[]) => `<lockinfo ${d}>${parts.join("")}</lockinfo>`;
export const xml = (body: string): readonly [readonly string[], string] => [withLength(body), body];
