import { appCapability, type Capability } from "@relite/core/ucan";

/** A file or folder of an app, as it is looked for in the form. */
export interface SharedPlace {
  readonly app: string;
  /** The folder that is open. */
  readonly folder: readonly string[];
  /** A file in it; null when the folder itself is meant. */
  readonly file: string | null;
}

/** A share link as it is asked for in the form. */
export interface ShareOrder {
  readonly place: SharedPlace;
  /** Empty: it is called after what it opens. */
  readonly label: string;
  readonly days: number;
}

export function pathOf({ folder, file }: SharedPlace): readonly string[] {
  return file === null ? folder : [...folder, file];
}

/** What it opens is called after: the file, the folder, or the app where it is the whole of it. */
export function nameOfPlace(place: SharedPlace): string {
  return pathOf(place).at(-1) ?? place.app;
}

/** To read, and nothing else. */
export function shareCapability({ place }: ShareOrder): Capability {
  return appCapability(place.app, pathOf(place), "read");
}

const maxLabelLength = 100;

/** No longer than the endpoint keeps names, and cut between characters. */
export function labelOfShare({ label, place }: ShareOrder): string {
  const chosen = label.trim() === "" ? nameOfPlace(place) : label.trim();
  if (chosen.length <= maxLabelLength) return chosen;
  let kept = "";
  for (const character of chosen) {
    if (kept.length + character.length >= maxLabelLength) break;
    kept += character;
  }
  return `${kept}…`;
}
