import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { parseLibrarySearch } from "../library/library-search.ts";
import { CrashPage, MissingPage } from "./fault-pages.tsx";
import { PageSkeleton } from "./page-skeleton.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: MissingPage });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/library", search: {} });
  },
});

const library = createRoute({
  getParentRoute: () => root,
  path: "/library",
  validateSearch: parseLibrarySearch,
  component: lazyRouteComponent(() => import("../library/library-page.tsx"), "LibraryPage"),
});

const connections = createRoute({
  getParentRoute: () => root,
  path: "/connections",
  component: lazyRouteComponent(() => import("../connections/connections-page.tsx"), "ConnectionsPage"),
});

const chat = createRoute({
  getParentRoute: () => root,
  path: "/chat",
  component: lazyRouteComponent(() => import("../chat/chat-page.tsx"), "ChatPage"),
});

const chatSession = createRoute({
  getParentRoute: () => root,
  path: "/chat/$sessionId",
  component: lazyRouteComponent(() => import("../chat/chat-page.tsx"), "ChatPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("../settings/settings-page.tsx"), "SettingsPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("../setup/claim-page.tsx"), "ClaimPage"),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite",
  component: lazyRouteComponent(() => import("../setup/invite-page.tsx"), "InvitePage"),
});

const routeTree = root.addChildren([home, library, connections, chat, chatSession, settings, setup, invite]);

export function createAppRouter() {
  return createRouter({
    routeTree,
    defaultPreload: "intent",
    defaultPendingMs: 150,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: CrashPage,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    readonly router: ReturnType<typeof createAppRouter>;
  }
}
