import type { LibraryRepositories } from "../memory-repositories.ts";
import { describeScanAbsence } from "./scan-absence.ts";
import { describeScanRounds } from "./scan-rounds.ts";

/** What every `ScanStore` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeScanStore(name: string, make: () => Promise<LibraryRepositories>): void {
  describeScanRounds(name, make);
  describeScanAbsence(name, make);
}
