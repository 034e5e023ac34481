import { at, d, type HostileRow, manyNames, xml } from "./row.ts";

/** REPORT. */
export const reportRows: readonly HostileRow[] = [
  [
    `REPORT ${at}/`,
    ...xml(`<sync-collection ${d}><sync-token>${"x".repeat(900_000)}</sync-token></sync-collection>`),
    403,
  ],
  [
    `REPORT ${at}/`,
    ...xml(
      `<sync-collection ${d}><sync-token>urn:relite:sync:c1-1:${"A".repeat(90_000)}</sync-token></sync-collection>`,
    ),
    403,
  ],
  [
    `REPORT ${at}/`,
    ...xml(
      `<sync-collection ${d}><sync-token/><limit><nresults>99999999999</nresults></limit></sync-collection>`,
    ),
    400,
  ],
  [`REPORT ${at}/`, ...xml(manyNames("sync-collection")), 400],
  [`REPORT ${at}/none`, ...xml(`<sync-collection ${d}><sync-token/></sync-collection>`), 404],
  [`REPORT /dav/apps/other/`, ...xml(`<sync-collection ${d}><sync-token/></sync-collection>`), 403],
  [`REPORT ${at}/`, ["A", "Content-Length: 99999999"], "", 413],
];
