export const sync = {
  status: "同步：{{words}}",
  phase: {
    idle: "尚未同步",
    checking: "正在检查…",
    up_other: "正在发送 {{number}} 项更改…",
    down_other: "正在接收 {{number}} 项更改…",
    waiting: "等待回答完成",
    offline: "离线：已保存在此浏览器中",
    attention: "需要处理",
    done: "已同步 · {{when}}",
  },
  offlineTodo: "不会丢失任何内容。端点恢复响应后会立即发送。",
  remote_empty: {
    title: "存储是空的",
    todo: "它之前保存过你的对话。如果服务器正在恢复或迁移，请等待；如果确实是新的，可从此浏览器填充。",
  },
  newer_version: {
    title: "另一台设备使用了更新的版本",
    todo: "请重新加载此页面以更新。它写入的内容会保留，之后再读取。",
  },
} as const;
