import { at, d, type HostileRow, xml } from "./row.ts";

const four = `<propfind ${d}><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>`;
const listed = (...headers: readonly string[]): HostileRow => {
  const [own, body] = xml(four);
  return [`PROPFIND ${at}/`, [...own, "Depth: 1", ...headers], body, 207];
};
const alike = (name: string) => `<propfind ${d}><prop>${name}</prop></propfind>`;

/** Listings, which are kept and sent again: forms of the same question that must not be taken for one another. */
export const listingRows: readonly HostileRow[] = [
  ...[
    "Accept-Encoding: ",
    "Accept-Encoding: ,,;;q=,",
    "Accept-Encoding: gzip;q=nonsense, br;q=2, zstd;q=-1",
    "Accept-Encoding: gzip;q=0, br;q=0, zstd;q=0, identity;q=0, *;q=0",
    "Accept-Encoding: GZIP;Q=1",
    "Accept-Encoding: gzip\u00ff",
    `Accept-Encoding: ${"gzip,".repeat(2_000)}`,
    "Prefer: ",
    'Prefer: return="minimal',
    "Prefer: return=minimal; return=representation",
    `Prefer: ${"return=minimal,".repeat(1_000)}`,
    "Brief: f",
    "Brief: t, t",
    "Brief: tt",
    "If-None-Match: *",
    "If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT",
    "Range: bytes=0-10",
    "Accept: text/html",
    "TE: trailers, gzip",
  ].flatMap((header) => [listed(header), listed(header)]),
  [`PROPFIND ${at}/`, ["A", "Depth: 1", "Depth: 0"], "", 400],
  [`PROPFIND ${at}/`, ["A", "Depth: 1, 1"], "", 400],
  [`PROPFIND ${at}/`, ["A", "Depth: INFINITY"], "", 207],
  [`PROPFIND ${at}/`, ["A", "Depth: 01"], "", 400],
  [`PROPFIND ${at}/?x`, ["A", "Depth: 1"], "", 207],
  [`PROPFIND ${at}/%6bept`, ["A", "Depth: 1"], "", 207],
  [`PROPFIND ${at}/kept/`, ["A", "Depth: 1"], "", 207],
  ...[
    `<a xmlns="urn:\\&quot;],[&quot;"/>`,
    `<a xmlns="urn:x y"/><b xmlns="urn:x"/>`,
    `<b xmlns="urn:x y"/><a xmlns="urn:x"/>`,
    `<a xmlns=""/>`,
    `<x:getetag xmlns:x="DAV:"/>`,
    `<getetag xmlns="dav:"/>`,
    `<a xmlns="urn:${"k".repeat(5_000)}"/>`,
  ].flatMap((name): HostileRow[] => {
    const [own, body] = xml(alike(name));
    const row: HostileRow = [`PROPFIND ${at}/`, [...own, "Depth: 1"], body, 207];
    return [row, row];
  }),
];
