import { describeSyncStore } from "../testing/contracts/index.ts";
import { memorySyncStore } from "../testing/index.ts";

describeSyncStore("[SYN1] the twin in memory", async () => memorySyncStore());
