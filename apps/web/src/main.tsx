import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/literata/wght.css";
import "./app/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { InsecurePage, StoragePage } from "./app/blocked-pages.tsx";
import { createRuntime } from "./app/create-runtime.ts";
import { Frame } from "./app/frame.tsx";
import { takeCodeFromAddress } from "./setup/link-code.ts";

const element = document.getElementById("root");
if (element !== null) await start(element);

async function start(container: HTMLElement): Promise<void> {
  const root = createRoot(container);
  const arrivedBy = takeCodeFromAddress(window);
  const runtime = await createRuntime(window);
  const show = (page: React.ReactNode) => root.render(<Frame runtime={runtime}>{page}</Frame>);
  // Browsers switch cryptography off except on HTTPS and localhost.
  if (globalThis.crypto?.subtle === undefined) return show(<InsecurePage />);
  try {
    await runtime.database.open();
  } catch {
    return show(<StoragePage />);
  }
  // A link pasted into the open page changes nothing but the hash.
  window.addEventListener("hashchange", () => {
    if (takeCodeFromAddress(window) !== null) window.location.reload();
  });
  show(<App arrivedBy={arrivedBy} />);
  // The Chinese faces are fetched piece by piece, and only where the system has none of the fonts named before them.
  void import("@fontsource-variable/noto-sans-sc/wght.css");
}
