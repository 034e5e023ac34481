export const presets = {
  nextcloud: {
    name: "Nextcloud 或 ownCloud",
    help: "WebDAV 地址在“文件”的设置里。请在“设置 › 安全”中创建应用密码并在此使用。",
  },
  jianguoyun: {
    name: "坚果云",
    help: "请在“账户信息 › 安全选项 › 第三方应用管理”中添加应用密码；账号自身的密码会被拒绝。它每 30 分钟允许 600 次请求，首次同步可能需要一些时间。",
  },
  rclone: {
    name: "rclone 的 WebDAV 服务",
    help: "启动命令：rclone serve webdav 文件夹 --addr :8080 --user 用户名 --pass 密码。若地址在自己的网络内，服务器须允许私有地址。",
  },
  apache: {
    name: "Apache mod_dav 服务",
    help: "地址是带有“Dav On”的 Location。无需开启 Depth: infinity，Relite 会逐个文件夹列出。",
  },
  other: {
    name: "其他 WebDAV 服务器",
    help: "任何能响应 PROPFIND 的服务器：NAS（群晖、威联通）、nginx、SFTPGo、AList、Koofr 等。",
  },
} as const;
