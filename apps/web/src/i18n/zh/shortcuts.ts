export const shortcuts = {
  go: "前往",
  act: "操作",
  search: "搜索",
  new: "新建对话或连接",
  send: "发送消息",
  newLine: "换行",
  close: "关闭或停止",
  help: "显示此概览",
} as const;
