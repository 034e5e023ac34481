export const sync = {
  status: "Sync: {{words}}",
  phase: {
    idle: "Not synced yet",
    checking: "Checking…",
    up_one: "Sending {{number}} change…",
    up_other: "Sending {{number}} changes…",
    down_one: "Receiving {{number}} change…",
    down_other: "Receiving {{number}} changes…",
    waiting: "Waiting for the answer to finish",
    offline: "Offline: kept in this browser",
    attention: "Needs attention",
    done: "Synced {{when}}",
  },
  offlineTodo: "Nothing is lost. It is sent as soon as the endpoint answers.",
  remote_empty: {
    title: "The storage is empty",
    todo: "It held your conversations before. If the server was restored or moved, wait; if it is really a new one, fill it from this browser.",
  },
  newer_version: {
    title: "Another device uses a newer version",
    todo: "Reload this page to get it. What it wrote is kept and read afterwards.",
  },
} as const;
