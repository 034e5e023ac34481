import { basename, join, relative } from "node:path";
import { describeLibraryPeer } from "@relite/core/testing/contracts";
import { describe, it } from "vitest";
import { type PeerLogin, startApache } from "./apache.ts";
import { debianBooks, placeBook } from "./debian-books.ts";
import { ensureProgram } from "./packages.ts";
import { startRclone } from "./rclone.ts";

const login: PeerLogin = { username: "reader", password: "pä55 : word%" };

/** Real books made by other tools, under names that people really give. */
const moreBooks = async (folder: string) =>
  debianBooks().map((book) =>
    relative(folder, placeBook(book, join(folder, "Debian’s books & more", basename(book)))),
  );

/** A little more than rclone's directory cache lasts. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 1_200));

const peers = [
  { name: "Apache mod_dav", ...ensureProgram("apache2", "apache2"), start: startApache, more: {} },
  { name: "rclone serve webdav", ...ensureProgram("rclone", "rclone"), start: startRclone, more: { settle } },
];

for (const { name, available, reason, start, more } of peers) {
  if (available) {
    const startPeer = async (folder: string) => ({ ...(await start(folder, login)), login, ...more });
    describeLibraryPeer({ name, start: startPeer, moreBooks });
  } else {
    describe(name, () => it.skip(reason));
  }
}
