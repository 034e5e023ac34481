import { anna, describeScanFuzz } from "@relite/core/testing/contracts";
import { createRepositories } from "../library-repositories.ts";
import { providers, useDatabase } from "../testing/databases.ts";

for (const provider of providers) {
  const empty = useDatabase(provider);
  describeScanFuzz({
    name: provider,
    make: async () => {
      const database = await empty();
      await database.client.user.create({
        data: { id: anna, displayName: "anna", role: "member", createdAtMs: 0n },
      });
      return createRepositories(database);
    },
    lyingSeeds: [1_118, 1_281, 1, 2],
    honestSeeds: [1, 2, 3],
  });
}
