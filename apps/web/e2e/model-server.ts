import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An OpenAI-compatible chat server whose answers come out word by word, when the test says so. */
export interface ModelServer extends AsyncDisposable {
  /** What a user enters as the provider's base URL. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Resolves when the next completion was asked for and its answer stands open. */
  nextAnswer(): Promise<OpenAnswer>;
}

export interface OpenAnswer {
  say(text: string): void;
  finish(): void;
}

export async function startModelServer(): Promise<ModelServer> {
  const apiKey = "sk-planted-model-key-0123456789";
  const waiting: ((answer: OpenAnswer) => void)[] = [];
  const opened: OpenAnswer[] = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${apiKey}`) return void response.writeHead(401).end("{}");
    if (!request.url?.endsWith("/chat/completions")) return void response.writeHead(404).end("{}");
    request.resume();
    const answer = openAnswer(response);
    const next = waiting.shift();
    if (next) next(answer);
    else opened.push(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey,
    nextAnswer: async () =>
      opened.shift() ?? (await new Promise<OpenAnswer>((resolve) => waiting.push(resolve))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function openAnswer(response: ServerResponse): OpenAnswer {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, finish: string | null) => {
    const chunk = {
      id: "answer",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: finish }],
    };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: "assistant", content: "" }, null);
  return {
    say: (text) => send({ content: text }, null),
    finish: () => {
      send({}, "stop");
      response.end("data: [DONE]\n\n");
    },
  };
}
