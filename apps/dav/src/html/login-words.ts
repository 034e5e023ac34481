import type { Words } from "./words.ts";

/** What the page says on which somebody lets an app in. */
export interface LoginWords {
  readonly title: string;
  readonly asks: string;
  readonly askedFrom: (address: string, when: string) => string;
  readonly onlyIfYours: string;
  readonly whichPassword: string;
  readonly next: string;
  readonly wrongPassword: string;
  readonly folderOnly: string;
  readonly grantTitle: string;
  readonly getsWrite: (app: string) => string;
  readonly getsRead: (app: string) => string;
  readonly until: (when: string) => string;
  readonly ownPassword: string;
  readonly readOnly: string;
  readonly grant: string;
  readonly refuse: string;
  readonly otherPassword: string;
  readonly granted: string;
  readonly grantedText: string;
  readonly refused: string;
  readonly refusedText: string;
  readonly over: string;
  readonly overText: string;
}

const en: LoginWords = {
  title: "Let an app in",
  asks: "asks for files on this server.",
  askedFrom: (address, when) => `It asked from ${address}, ${when} UTC. The name is what it calls itself.`,
  onlyIfYours:
    "Go on only if you have just started this yourself, on a device of yours. If somebody sent you this address, close the page.",
  whichPassword:
    "Enter an app password of yours for all of an app's files, such as the app “files”. The app that asks does not get to see it: it gets one of its own, for the same files.",
  next: "Continue",
  wrongPassword: "This is no app password of this server, or it has ended. Check that you copied all of it.",
  folderOnly:
    "This password opens one folder only, and the app asks for all of an app's files. Enter one that opens all of them.",
  grantTitle: "Give access?",
  getsWrite: (app) => `It can read, change and delete all files of “${app}”, and nothing else.`,
  getsRead: (app) => `It can read all files of “${app}”, and change nothing.`,
  until: (when) => `It can do so until ${when} UTC.`,
  ownPassword:
    "It gets an app password of its own, named after it. You can take it back where you manage app passwords; it ends, too, with the password you have just used.",
  readOnly: "Let it read only",
  grant: "Give access",
  refuse: "Give nothing",
  otherPassword: "Use another password",
  granted: "The app has access",
  grantedText: "Close this page and go back to the app. It may take half a minute to notice.",
  refused: "The app got nothing",
  refusedText: "You can close this page.",
  over: "This sign-in is over",
  overText: "It was used, or refused, or took longer than 20 minutes. Start again in the app.",
};

const zh: LoginWords = {
  title: "允许应用访问",
  asks: "请求访问此服务器上的文件。",
  askedFrom: (address, when) => `请求来自 ${address}，时间 ${when}（UTC）。名称由应用自行提供。`,
  onlyIfYours: "只有在您刚刚用自己的设备发起此操作时才继续。如果此地址是别人发给您的，请关闭页面。",
  whichPassword:
    "请输入您的一个应用密码，它须能打开某个应用的全部文件，例如应用“files”。发出请求的应用看不到它，而会得到一个属于自己的密码，用于相同的文件。",
  next: "继续",
  wrongPassword: "这不是此服务器的应用密码，或者它已失效。请检查是否完整复制。",
  folderOnly: "此密码只能打开一个文件夹，而该应用需要某个应用的全部文件。请输入能打开全部文件的密码。",
  grantTitle: "允许访问？",
  getsWrite: (app) => `它可以读取、修改和删除“${app}”的全部文件，除此之外什么都不能做。`,
  getsRead: (app) => `它可以读取“${app}”的全部文件，但不能修改。`,
  until: (when) => `有效期至 ${when}（UTC）。`,
  ownPassword:
    "它会得到一个属于自己、以其名称命名的应用密码。您可以在管理应用密码的地方收回它；您刚才使用的密码失效时，它也随之失效。",
  readOnly: "只允许读取",
  grant: "允许访问",
  refuse: "不允许",
  otherPassword: "换一个密码",
  granted: "已允许该应用访问",
  grantedText: "请关闭此页面并返回应用。应用可能需要半分钟才会察觉。",
  refused: "该应用未获得任何权限",
  refusedText: "您可以关闭此页面。",
  over: "此次登录已结束",
  overText: "它已被使用、被拒绝，或超过了 20 分钟。请在应用中重新开始。",
};

export function loginWordsFor({ lang }: Words): LoginWords {
  return lang === "zh-CN" ? zh : en;
}
