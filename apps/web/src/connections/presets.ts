export const presetNames = ["nextcloud", "jianguoyun", "rclone", "apache", "other"] as const;
export type PresetName = (typeof presetNames)[number];

/** What is known of a kind of server: where its files usually are, and what to watch for (texts `presets.<name>`). */
export const addressExample: Readonly<Record<PresetName, string>> = {
  nextcloud: "https://cloud.example.org/remote.php/dav/files/NAME/Books/",
  jianguoyun: "https://dav.jianguoyun.com/dav/",
  rclone: "http://192.168.1.10:8080/",
  apache: "https://files.example.org/books/",
  other: "https://example.org/webdav/",
};

/** The kind a known address is of; `other` when nothing gives it away. */
export function presetOfAddress(url: string): PresetName {
  if (/\/remote\.php\/(dav|webdav)(\/|$)/.test(url)) return "nextcloud";
  if (/^https?:\/\/dav\.jianguoyun\.com(\/|$)/i.test(url)) return "jianguoyun";
  return "other";
}
