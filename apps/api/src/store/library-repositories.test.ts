import {
  anna,
  ben,
  describeBookRepository,
  describeConnectionRepository,
  describeJobQueue,
  describeProposalRepository,
  describeScanStore,
} from "@relite/core/testing/contracts";
import { createRepositories } from "./library-repositories.ts";
import { providers, useDatabase } from "./testing/databases.ts";

for (const provider of providers) {
  const empty = useDatabase(provider);
  const make = async () => {
    const database = await empty();
    for (const id of [anna, ben]) {
      await database.client.user.create({
        data: { id, displayName: id, role: "member", createdAtMs: 0n },
      });
    }
    return createRepositories(database);
  };
  describeConnectionRepository(provider, make);
  describeJobQueue(provider, make);
  describeBookRepository(provider, make);
  describeProposalRepository(provider, make);
  describeScanStore(provider, make);
}
