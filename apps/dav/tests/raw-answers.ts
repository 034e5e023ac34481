interface FoundBody {
  readonly body: string;
  readonly length: number;
}

export interface RawAnswerPart {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Splits what came back on a connection (as latin1) into the answers that are whole; none of them may be one to HEAD. */
export function answersOn(text: string): readonly RawAnswerPart[] {
  const answers: RawAnswerPart[] = [];
  for (let rest = text; rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n");
    const head = rest.slice(0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    const found = end < 0 ? null : bodyOf(head, status, rest.slice(end + 4));
    if (found === null) break;
    answers.push({ status, head, body: found.body });
    rest = rest.slice(end + 4 + found.length);
  }
  return answers;
}

/** Null when there is not all of it yet. */
function bodyOf(head: string, status: number, rest: string): FoundBody | null {
  if (status < 200 || status === 204 || status === 304) return { body: "", length: 0 };
  if (/\r\ntransfer-encoding: chunked/i.test(head)) return chunkedBody(rest);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  return rest.length < length ? null : { body: rest.slice(0, length), length };
}

function chunkedBody(rest: string): FoundBody | null {
  let [body, at] = ["", 0];
  for (;;) {
    const end = rest.indexOf("\r\n", at);
    const size = Number.parseInt(rest.slice(at, end), 16);
    if (end < 0 || Number.isNaN(size) || rest.length < end + 4 + size) return null;
    body += rest.slice(end + 2, end + 2 + size);
    at = end + 4 + size;
    if (size === 0) return { body, length: at };
  }
}
