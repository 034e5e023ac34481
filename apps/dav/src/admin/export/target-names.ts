import { createHash } from "node:crypto";
import { join } from "node:path";
import { partsName, type TargetFiles } from "./target-files.ts";

/** What a file system cannot hold as it is. */
export interface TargetLimits {
  /** `Readme` and `readme` are one file there. */
  readonly ignoresCase: boolean;
  /** It refuses, or takes for something else, names such as `a:b`, `con` and `name.` (Windows and its file systems). */
  readonly isRestricted: boolean;
  /** How finely it keeps modification times. */
  readonly timeStepMs: number;
}

/** Finds out by trying, in a folder of its own. */
export async function probeTarget(files: TargetFiles, folder: string): Promise<TargetLimits> {
  const at = (name: string) => join(folder, partsName, name);
  const create = async (name: string, modifiedMs: number) => {
    const part = await files.createPart();
    await part.finish(at(name), modifiedMs).catch(() => part.discard());
  };
  const oddMs = 1_000_000_001_001;
  await create("probe-A", oddMs);
  await create("probe:?", oddMs);
  const keptMs = Math.round((await files.look(at("probe-A")))?.mtimeMs ?? oddMs);
  const limits = {
    ignoresCase: (await files.look(at("PROBE-a"))) !== null,
    isRestricted: !(await files.names(join(folder, partsName))).includes("probe:?"),
    timeStepMs: keptMs === oddMs ? 1 : keptMs === oddMs - 1 ? 1_000 : 2_000,
  };
  await files.clear();
  return limits;
}

/** Names for the members of one folder on the target, each once; the same again on the next run. */
export function nameMembers(limits: TargetLimits): (name: string) => string {
  const taken = new Set<string>();
  const fold = (name: string) => (limits.ignoresCase ? name.toUpperCase().toLowerCase() : name);
  return (name) => {
    const wanted = limits.isRestricted && !isPlain(name) ? substituteName(name) : name;
    const given = taken.has(fold(wanted)) ? substituteName(name) : wanted;
    taken.add(fold(given));
    return given;
  };
}

/** A name any file system can hold, that says where it came from and differs for every name. */
export function substituteName(name: string): string {
  const mark = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const [, stem = "", ending = ""] = /^(.*?)(\.[\w-]{1,8})?$/su.exec(name) ?? [];
  const plain = stem.replaceAll(restricted, "_").replaceAll(/[. ]+$/g, "");
  return `${cutBytes(plain, 60)}~${mark}${ending}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const restricted = /[<>:"|?*\\/\u0000-\u001f]/g;
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

function isPlain(name: string): boolean {
  return name.search(restricted) < 0 && !/[. ]$/.test(name) && !device.test(name);
}

function cutBytes(text: string, maxBytes: number): string {
  let cut = "";
  for (const letter of text) {
    if (Buffer.byteLength(cut + letter) > maxBytes) break;
    cut += letter;
  }
  return cut;
}
