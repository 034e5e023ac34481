import type { MetadataEntry } from "../metadata-file.ts";

/** At the top of an export beside the apps, whose ids never begin with a dot. */
export const trashFolder = ".relite-trash";
export const versionsFolder = ".relite-versions";

/** What the metadata says of something that was deleted, or written over. */
export type KeptFacts = Pick<MetadataEntry, "deleted" | "replaced">;

/** Which of what is kept for a while is exported, too. */
export interface KeptChoice {
  readonly trash: boolean;
  readonly versions: boolean;
}

/** Whether an export of these apps says anew what the metadata has at a path. */
export function isExportedAnew(path: string, apps: ReadonlySet<string>, choice: KeptChoice): boolean {
  const names = path.split("/");
  const isVersion = names[0] === versionsFolder;
  if (isVersion) names.shift();
  const isTrash = names[0] === trashFolder;
  if (isTrash) names.shift();
  return apps.has(names[0] ?? "") && (choice.versions || !isVersion) && (choice.trash || !isTrash);
}

/** A version's name: when it was replaced, and its number, with the ending that says of what type it is. */
export function versionName(id: number, replacedMs: number, fileName: string): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(fileName)?.[0] ?? "";
  return `${new Date(replacedMs).toISOString().replaceAll(":", "-")}~${id}${ending}`;
}
