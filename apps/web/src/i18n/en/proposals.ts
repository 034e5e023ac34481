export const proposals = {
  kind: {
    many_missing: "Many books vanished from “{{name}}”",
    root_empty: "“{{name}}” looks empty",
    server_changed: "Another server answers for “{{name}}”",
  },
  waiting: "Nothing was changed in your library. Look at it and decide.",
  review: "Review",
  title: "What the last sync found",
  numbers: "In “{{name}}”, {{vanished}} of {{known}} books are no longer there.",
  servers: "Before: {{before}}. Now: {{now}}.",
  sample: "Some of them",
  advice:
    "If the server was moved, emptied or not fully started, keep everything and sync again later. Marking books as missing keeps their reading states, and they come back when their files do.",
  accept: "Mark them as missing",
  reject: "Keep everything",
  accepted: "The books are marked as missing.",
  rejected: "Everything was kept.",
} as const;
