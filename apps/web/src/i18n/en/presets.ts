export const presets = {
  nextcloud: {
    name: "Nextcloud or ownCloud",
    help: "Files › Settings shows the WebDAV address. Create an app password under Settings › Security and use it here.",
  },
  jianguoyun: {
    name: "Jianguoyun (坚果云)",
    help: "Create an app password under Account › Security › Third-party apps; the account's own password is refused. It allows 600 requests per 30 minutes, so a first sync may take a while.",
  },
  rclone: {
    name: "rclone serve webdav",
    help: "Start it with: rclone serve webdav FOLDER --addr :8080 --user NAME --pass PASSWORD. For an address in your own network the server must allow private addresses.",
  },
  apache: {
    name: "Apache mod_dav",
    help: "The address is the Location with “Dav On”. Depth: infinity may stay off: Relite lists folder by folder.",
  },
  other: {
    name: "Another WebDAV server",
    help: "Any server that answers PROPFIND: a NAS (Synology, QNAP), nginx, SFTPGo, AList, Koofr and many more.",
  },
} as const;
