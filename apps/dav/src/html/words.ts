/** Everything the pages say, in one language. */
export interface Words {
  readonly lang: "en" | "zh-CN";
  readonly name: string;
  readonly size: string;
  readonly modified: string;
  readonly up: string;
  readonly folder: string;
  readonly emptyFolder: string;
  readonly folders: (count: number) => string;
  readonly files: (count: number) => string;
  /** What the way to a folder is called. */
  readonly trail: string;
  readonly download: string;
  readonly open: string;
  readonly sharedUntil: (when: string) => string;
  readonly errorTitle: (status: number) => string;
  readonly errorText: (status: number) => string;
  readonly code: string;
  readonly tryAgainIn: (seconds: number) => string;
  readonly trash: string;
  readonly trashText: string;
  readonly emptyTrash: string;
  readonly deleted: string;
  readonly keptUntil: string;
  readonly versions: string;
  readonly versionsOf: (name: string) => string;
  readonly versionsText: string;
  readonly noVersions: string;
  /** What a version is called: what there was until then. */
  readonly before: (when: string) => string;
  readonly restore: string;
  readonly onlyFirst: (count: number) => string;
  readonly frontTitle: string;
  readonly frontText: string;
  readonly openPlace: (name: string) => string;
  readonly signInTitle: string;
  readonly signInText: string;
  readonly signInHow: string;
  readonly signInShare: string;
  readonly password: string;
  readonly signIn: string;
  readonly signInStays: string;
  readonly signOut: string;
  readonly wrongPassword: string;
  readonly anotherPassword: string;
  readonly tooManyGuesses: (seconds: number) => string;
  readonly opening: string;
  readonly needsScript: string;
  readonly needsScriptText: string;
  readonly busy: string;
  readonly busyText: string;
  readonly tryAgain: string;
  readonly shareGone: string;
  readonly shareGoneText: string;
  readonly shareIncomplete: string;
  readonly shareIncompleteText: string;
}

const en: Words = {
  lang: "en",
  name: "Name",
  size: "Size",
  modified: "Changed (UTC)",
  up: "Up one folder",
  folder: "Folder",
  emptyFolder: "This folder is empty.",
  folders: (count) => `${count} ${count === 1 ? "folder" : "folders"}`,
  files: (count) => `${count} ${count === 1 ? "file" : "files"}`,
  trail: "Folders above",
  download: "Download",
  open: "Open",
  sharedUntil: (when) => `Shared until ${when} UTC`,
  errorTitle: (status) =>
    ({
      403: "Not allowed",
      404: "Nothing here",
      410: "Gone",
      429: "Too many requests",
      507: "No space left",
    })[status] ?? (status >= 500 ? "Something went wrong" : "This did not work"),
  errorText: (status) =>
    ({
      403: "What you signed in with does not open this address.",
      404: "There is nothing at this address. It may have been moved, renamed or deleted.",
      410: "What was at this address is not there any more.",
      429: "Too much was asked of this server in a short time. Wait a little, then reload.",
      507: "The server's storage is full. Tell whoever runs it.",
    })[status] ??
    (status >= 500
      ? "The fault is the server's, not yours. Try again in a moment; if it stays, tell whoever runs it."
      : "The server does not understand this address. Check it for typing errors."),
  code: "Code",
  tryAgainIn: (seconds) => `Try again in ${seconds} s.`,
  trash: "Trash",
  trashText: "What is deleted stays here for a time, and goes earlier when space runs short.",
  emptyTrash: "The trash is empty.",
  deleted: "Deleted (UTC)",
  keptUntil: "Kept until",
  versions: "Older versions",
  versionsOf: (name) => `Older versions of ${name}`,
  versionsText: "Restoring one keeps what is there now as a version, too.",
  noVersions: "There is no older version of this file.",
  before: (when) => `Before ${when} UTC`,
  restore: "Restore",
  onlyFirst: (count) => `Only the last ${count} are shown.`,
  frontTitle: "Files on this server",
  frontText:
    "This is a Relite storage endpoint. Enter an app password to look at the files it opens. If somebody sent you a link, open the whole link instead.",
  openPlace: (name) => `Open ${name}`,
  signInTitle: "This is private",
  signInText:
    "Files on this server open to their owner's apps. To look at them in this browser, enter an app password.",
  signInHow:
    "You make app passwords where you manage your identity: in the settings of the Relite web app, or with the relite command line. A password may open all of an app's files or one folder of them.",
  signInShare: "Not yours? Ask the owner for a share link.",
  password: "App password",
  signIn: "Open",
  signInStays: "For reading only, in this browser, for eight hours.",
  signOut: "Sign out",
  wrongPassword: "This password does not open this address. Check that you copied all of it.",
  anotherPassword: "The password you signed in with does not open this address. Another one may.",
  tooManyGuesses: (seconds) => `Too many wrong passwords. Try again in ${seconds} s.`,
  opening: "Opening…",
  needsScript: "This link needs JavaScript",
  needsScriptText:
    "The key is in the part after the #, which only a script can read. Allow it for this page, then reload.",
  busy: "The server did not answer",
  busyText: "It may be busy, or you may be offline. The link itself is all right.",
  tryAgain: "Try again",
  shareGone: "This link does not work any more",
  shareGoneText:
    "It has expired, was taken back, or was never there. Ask the person who sent it for a new one.",
  shareIncomplete: "The link is not complete",
  shareIncompleteText: "The part after the # is missing. Open the whole link as it was sent to you.",
};

const zh: Words = {
  lang: "zh-CN",
  name: "名称",
  size: "大小",
  modified: "修改时间（UTC）",
  up: "上一级文件夹",
  folder: "文件夹",
  emptyFolder: "此文件夹为空。",
  folders: (count) => `${count} 个文件夹`,
  files: (count) => `${count} 个文件`,
  trail: "上级文件夹",
  download: "下载",
  open: "打开",
  sharedUntil: (when) => `分享有效期至 ${when}（UTC）`,
  errorTitle: (status) =>
    ({ 403: "无权访问", 404: "这里没有内容", 410: "已不存在", 429: "请求过多", 507: "空间不足" })[status] ??
    (status >= 500 ? "出错了" : "无法完成"),
  errorText: (status) =>
    ({
      403: "您使用的密码无法打开此地址。",
      404: "此地址没有内容，可能已被移动、重命名或删除。",
      410: "此地址原有的内容已不存在。",
      429: "短时间内请求过多。请稍候再重新加载。",
      507: "服务器存储空间已满，请告知管理员。",
    })[status] ??
    (status >= 500
      ? "这是服务器的问题，与您无关。请稍后再试；若仍无法使用，请告知管理员。"
      : "服务器无法识别此地址，请检查是否输入有误。"),
  code: "代码",
  tryAgainIn: (seconds) => `请在 ${seconds} 秒后重试。`,
  trash: "回收站",
  trashText: "删除的内容会在这里保留一段时间；空间不足时会提前清除。",
  emptyTrash: "回收站为空。",
  deleted: "删除时间（UTC）",
  keptUntil: "保留至",
  versions: "历史版本",
  versionsOf: (name) => `${name} 的历史版本`,
  versionsText: "恢复某个版本时，当前内容也会作为一个版本保留。",
  noVersions: "此文件没有历史版本。",
  before: (when) => `${when}（UTC）之前`,
  restore: "恢复",
  onlyFirst: (count) => `仅显示最近的 ${count} 项。`,
  frontTitle: "此服务器上的文件",
  frontText:
    "这是一个 Relite 存储端点。输入应用密码即可查看它所能打开的文件。如果您收到了分享链接，请直接打开完整的链接。",
  openPlace: (name) => `打开 ${name}`,
  signInTitle: "这是私人内容",
  signInText: "此服务器上的文件只对其所有者的应用开放。要在浏览器中查看，请输入应用密码。",
  signInHow:
    "应用密码在管理身份的地方创建：Relite 网页应用的设置，或 relite 命令行。一个密码可以打开某个应用的全部文件，也可以只打开其中一个文件夹。",
  signInShare: "不是您的文件？请向所有者索取分享链接。",
  password: "应用密码",
  signIn: "打开",
  signInStays: "仅供阅读，仅限此浏览器，有效八小时。",
  signOut: "退出登录",
  wrongPassword: "此密码无法打开该地址。请检查是否完整复制。",
  anotherPassword: "您登录所用的密码无法打开此地址，可以换一个试试。",
  tooManyGuesses: (seconds) => `密码错误次数过多。请在 ${seconds} 秒后重试。`,
  opening: "正在打开…",
  needsScript: "打开此链接需要 JavaScript",
  needsScriptText: "密钥在 # 之后的部分，只有脚本才能读取。请允许此页面运行脚本，然后重新加载。",
  busy: "服务器没有响应",
  busyText: "服务器可能繁忙，或者您已离线。链接本身没有问题。",
  tryAgain: "重试",
  shareGone: "此链接已失效",
  shareGoneText: "它可能已过期、被收回，或从未存在。请向发送者索取新的链接。",
  shareIncomplete: "链接不完整",
  shareIncompleteText: "缺少 # 之后的部分。请打开收到的完整链接。",
};

/** The language a browser prefers among those there are (RFC 9110 §12.5.4); English when it says none. */
export function wordsFor(acceptLanguage: string | undefined): Words {
  let best = { words: en, weight: 0 };
  for (const item of (acceptLanguage ?? "").slice(0, 500).split(",")) {
    const [tag = "", quality = "q=1"] = item
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const words = /^zh\b/.test(tag) ? zh : /^en\b/.test(tag) ? en : null;
    const weight = Number(/^q=([01](?:\.\d{0,3})?)$/.exec(quality)?.[1] ?? 0);
    if (words !== null && weight > best.weight) best = { words, weight };
  }
  return best.words;
}
