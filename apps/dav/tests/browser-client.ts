import type { Capability } from "@relite/core/ucan";
import type { TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

const navigation = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

export interface Looked {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** What a person's browser does, without the browser: navigations, forms, cookies. */
export function browserClient(dav: TestServer, audience?: string) {
  const client = accessClient(dav, audience);

  async function look(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = "GET",
  ): Promise<Looked> {
    const answer = await fetch(dav.server.url + path, {
      method,
      headers: { ...navigation, ...headers },
      redirect: "manual",
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }

  /** Sends a form of this server's pages; the cookie is what a browser would send back. */
  async function submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ) {
    const answer = await fetch(dav.server.url + path, {
      method: "POST",
      headers: { ...navigation, Origin: dav.server.url, ...headers },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
    const setCookies = answer.headers.getSetCookie();
    const [setCookie = ""] = setCookies;
    const setEndCookie = setCookies.find((line) => line.startsWith("relite-end-")) ?? "";
    return {
      status: answer.status,
      text: await answer.text(),
      location: answer.headers.get("location"),
      setCookies,
      setCookie,
      setEndCookie,
      cookie: setCookie.split(";")[0] ?? "",
      endCookie: setEndCookie.split(";")[0] ?? "",
    };
  }

  const signIn = (password: string, next: string, headers: Readonly<Record<string, string>> = {}) =>
    submit("/relite/session", { password, next }, headers);

  const signOut = (cookie: string, next: string, headers: Readonly<Record<string, string>> = {}) =>
    submit("/relite/session/end", { next }, { Cookie: cookie, ...headers });

  async function share(
    resource: string,
    {
      days = 7,
      can = "app/read",
      label = "",
    }: { days?: number; can?: Capability["can"]; label?: string } = {},
  ) {
    const ucan = await client.ucan({ capabilities: [{ with: resource, can }], days });
    const answer = await client.ask("POST", "/relite/shares", { ucan, label });
    const body = await answer.json();
    const [path = "", secret = ""] = String(body.link ?? "").split("#");
    return { status: answer.status, body, id: String(body.id), path, secret };
  }

  /** Trades a link's secret for its cookie. */
  async function openShare({ path, secret }: { readonly path: string; readonly secret: string }) {
    const answer = await fetch(dav.server.url + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Origin: dav.server.url },
      body: JSON.stringify({ secret }),
    });
    const setCookie = answer.headers.get("set-cookie") ?? "";
    return { status: answer.status, setCookie, cookie: setCookie.split(";")[0] ?? "" };
  }

  return { ...client, look, submit, signIn, signOut, share, openShare };
}
