import { ReliteError } from "../../errors/index.ts";
import type { LaneFolder, LaneListing } from "../../sync/index.ts";

export interface WireEntry {
  readonly method: "LIST" | "GET" | "PUT" | "DELETE" | "MKCOL";
  readonly path: string;
  readonly bytes: number;
}

type Files = ReadonlyMap<string, Uint8Array>;

/** The server of the simulated world: files by path, nothing else; with a memory of everything, for faults and checks. */
export class WorldServer {
  #files = new Map<string, Uint8Array>();
  #hasFolders = false;
  #past: (readonly string[])[] = [];
  readonly #puts: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  readonly #namesPut = new Set<string>();
  readonly wire: WireEntry[] = [];
  readonly violations: string[] = [];

  list(folder: LaneFolder, serverDateMs: number | null): LaneListing {
    const names = this.#namesIn(folder);
    this.#note("LIST", folder, names.join("").length);
    const sizes = names.map((name) => [name, this.#files.get(`${folder}/${name}`)?.byteLength ?? 0] as const);
    return { found: this.#hasFolders, names, bytesByName: new Map(sizes), serverDateMs };
  }

  /** The listing as it was some changes ago. */
  staleList(folder: LaneFolder, age: number, serverDateMs: number | null): LaneListing {
    const listing = this.list(folder, serverDateMs);
    const past = this.#past.at(-age);
    const names = past?.flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(2)] : []));
    return names === undefined ? listing : { ...listing, names };
  }

  get(path: string): Uint8Array | null {
    const bytes = this.#files.get(path) ?? null;
    this.#note("GET", path, bytes?.byteLength ?? 0);
    return bytes;
  }

  /** A client's PUT: no name may ever come twice. `kept` is what of it arrives. */
  put(path: string, bytes: Uint8Array, kept = bytes.byteLength): void {
    this.#note("PUT", path, bytes.byteLength);
    if (!this.#hasFolders) throw new ReliteError("conflict", "no folder");
    if (this.#namesPut.has(path)) this.violations.push(`PUT twice: ${path}`);
    this.#namesPut.add(path);
    this.#puts.push({ path, bytes });
    this.#change(() => this.#files.set(path, bytes.slice(0, kept)));
  }

  remove(path: string): void {
    this.#note("DELETE", path, 0);
    this.#change(() => this.#files.delete(path));
  }

  prepare(): void {
    this.#note("MKCOL", "", 0);
    this.#hasFolders = true;
  }

  /** The network delivers an old PUT again. */
  replay(random: () => number): void {
    const put = this.#puts[Math.floor(random() * this.#puts.length)];
    if (put !== undefined && this.#hasFolders) this.#change(() => this.#files.set(put.path, put.bytes));
  }

  /** Somebody else than a client puts something there. */
  overwrite(path: string, bytes: Uint8Array): void {
    this.#change(() => this.#files.set(path, bytes));
  }

  snapshot(): Files {
    return new Map(this.#files);
  }

  /** A backup comes back; what was under way on the network before is long gone. */
  restore(files: Files): void {
    this.#puts.length = 0;
    this.#change(() => {
      this.#files = new Map(files);
    });
  }

  get paths(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  #namesIn(folder: LaneFolder): readonly string[] {
    return this.paths.flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(2)] : []));
  }

  #change(change: () => void): void {
    this.#past = [...this.#past.slice(-20), this.paths];
    change();
  }

  #note(method: WireEntry["method"], path: string, bytes: number): void {
    this.wire.push({ method, path, bytes });
  }
}
