export const shortcuts = {
  go: "Go to",
  act: "Do",
  search: "Search",
  new: "New chat or connection",
  send: "Send the message",
  newLine: "New line",
  close: "Close or stop",
  help: "This overview",
} as const;
