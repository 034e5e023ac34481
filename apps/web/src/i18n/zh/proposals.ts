export const proposals = {
  kind: {
    many_missing: "“{{name}}”中有大量书籍消失",
    root_empty: "“{{name}}”看起来是空的",
    server_changed: "“{{name}}”由另一个服务器应答",
  },
  waiting: "书库没有任何改动，请查看并决定。",
  review: "查看",
  title: "上次同步的发现",
  numbers: "“{{name}}”的 {{known}} 本书中有 {{vanished}} 本已不在。",
  servers: "之前：{{before}}。现在：{{now}}。",
  sample: "其中一部分",
  advice:
    "如果服务器被迁移、清空或尚未完全启动，请全部保留，稍后再同步。标记为缺失会保留阅读状态，文件恢复后书籍也会恢复。",
  accept: "标记为缺失",
  reject: "全部保留",
  accepted: "已标记为缺失。",
  rejected: "已全部保留。",
} as const;
