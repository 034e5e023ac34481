import { accessRouter } from "./procedures/access.ts";
import { booksRouter } from "./procedures/books.ts";
import { chatRouter } from "./procedures/chat.ts";
import { connectionsRouter } from "./procedures/connections.ts";
import { invitationsRouter } from "./procedures/invitations.ts";
import { jobsRouter } from "./procedures/jobs.ts";
import { meRouter } from "./procedures/me.ts";
import { proposalsRouter } from "./procedures/proposals.ts";
import { settingsRouter } from "./procedures/settings.ts";
import { setupRouter } from "./procedures/setup.ts";
import { router } from "./trpc.ts";

/** Every procedure of the API, over tRPC and, where `meta.rest` says so, as plain REST. */
export const appRouter = router({
  setup: setupRouter,
  invitations: invitationsRouter,
  me: meRouter,
  connections: connectionsRouter,
  books: booksRouter,
  proposals: proposalsRouter,
  jobs: jobsRouter,
  settings: settingsRouter,
  chat: chatRouter,
  access: accessRouter,
});

export type AppRouter = typeof appRouter;
