import { ReliteError } from "@relite/core/errors";
import type { AllowedExchange } from "../exchange.ts";
import { isForm } from "../html/page-shell.ts";
import { addressOf } from "../html/sign-in-form.ts";
import { readBody } from "../read-body.ts";
import type { Target } from "../target.ts";

/** Only the forms of this server's pages come to these addresses by POST; what they say is in the address. */
export async function takeForm(exchange: AllowedExchange): Promise<void> {
  if (!isForm(exchange.req)) throw new ReliteError("unsupported_media_type", "The body is a form");
  await readBody(exchange, 16_384);
}

/** After a form did its work: the page that shows it, which may be reloaded without doing it again. */
export function leadTo({ res }: AllowedExchange, to: Target, prefix: readonly string[]): void {
  res.writeHead(303, {
    Location: addressOf(to, prefix),
    "Cache-Control": "no-store",
    "Content-Length": 0,
  });
  res.end();
}
