import {
  describeBookRepository,
  describeConnectionRepository,
  describeJobQueue,
  describeProposalRepository,
  describeScanStore,
} from "./contracts/index.ts";
import { createMemoryRepositories } from "./memory-repositories.ts";

const make = async () => createMemoryRepositories();

describeConnectionRepository("in memory", make);
describeJobQueue("in memory", make);
describeBookRepository("in memory", make);
describeProposalRepository("in memory", make);
describeScanStore("in memory", make);
