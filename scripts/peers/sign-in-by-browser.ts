/** What the window of a client of Nextcloud does with a browser (login flow v2), where no window can be opened. */
export async function signInByBrowser(
  origin: string,
  password: string,
): Promise<{ readonly loginName: string; readonly appPassword: string }> {
  const send = (url: string, fields: Readonly<Record<string, string>>, cookie = "") =>
    fetch(url, {
      method: "POST",
      headers: {
        Origin: origin,
        Accept: "text/html",
        Cookie: cookie,
        "User-Agent": "a window (Desktop Client)",
      },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
  const { poll, login } = await (await send(`${origin}/index.php/login/v2`, {})).json();
  const signedIn = await send(login, { step: "sign-in", password });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await (await fetch(login, { headers: { Accept: "text/html", Cookie: cookie } })).text();
  const state = /name="state" value="([^"]*)"/.exec(page)?.[1] ?? "";
  await send(login, { step: "grant", state }, cookie);
  return (await send(poll.endpoint, { token: poll.token })).json();
}
