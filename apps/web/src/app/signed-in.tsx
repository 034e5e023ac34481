import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { LocalChatProvider } from "../chat/local-chat.tsx";
import type { IdentityRecord } from "../identity/identity.ts";
import { SyncProvider } from "../sync/sync-provider.tsx";
import { createAppRouter } from "./router.tsx";
import { SessionProvider } from "./session.tsx";

/** The application of somebody: session, local chat, sync, and the page that was asked for. */
export function SignedIn({ identity }: { readonly identity: IdentityRecord }) {
  const [router] = useState(createAppRouter);
  return (
    <SessionProvider identity={identity}>
      <LocalChatProvider>
        <SyncProvider>
          <RouterProvider router={router} />
        </SyncProvider>
      </LocalChatProvider>
    </SessionProvider>
  );
}
