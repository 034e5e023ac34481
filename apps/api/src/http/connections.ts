import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Ends a server without waiting for what is not under way: connections kept alive or never used close at once,
 * the others after their answer, at the latest after `graceMs`.
 */
export function trackConnections(server: Server): (graceMs: number) => Promise<void> {
  const answersBySocket = new Map<Socket, number>();
  let isStopping = false;
  const add = (socket: Socket, change: 1 | -1) => {
    const answers = answersBySocket.get(socket);
    if (answers === undefined) return;
    answersBySocket.set(socket, answers + change);
    if (isStopping && answers + change === 0) socket.end();
  };
  server.on("connection", (socket) => {
    answersBySocket.set(socket, 0);
    socket.once("close", () => answersBySocket.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    add(socket, 1);
    response.once("close", () => add(socket, -1));
  });
  return async (graceMs) => {
    isStopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const [socket, answers] of answersBySocket) if (answers === 0) socket.destroy();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  };
}
