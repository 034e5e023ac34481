import type { Capability } from "@relite/core/ucan";
import { type Failure, failureOfAnswer, toFailure } from "../api/failure.ts";

/** Places for people on the endpoint: they go along with the invitations to the library and chat server. */
export interface EndpointPlaces {
  /** Makes a place that the same code opens; the endpoint learns its hash only. Only an administrator of the endpoint may. */
  invite(invitation: {
    readonly id: string;
    readonly codeHash: string;
    readonly label: string | null;
  }): Promise<PlaceOutcome>;
  /** Also done when there was none. */
  takeBack(id: string): Promise<PlaceOutcome>;
  /** Also done when this identity has its place already. */
  join(code: string): Promise<PlaceOutcome>;
}

export type PlaceOutcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

export function createEndpointPlaces(options: {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly token: (capability: Capability) => Promise<string>;
}): EndpointPlaces {
  const { baseUrl, fetch, token } = options;
  const ask = async (order: {
    readonly method: string;
    readonly path: string;
    readonly needs: Capability;
    readonly body?: unknown;
    readonly also: (answer: { readonly status: number; readonly reason: string | null }) => boolean;
  }): Promise<PlaceOutcome> => {
    try {
      const answer = await fetch(`${baseUrl}${order.path}`, {
        method: order.method,
        headers: { authorization: `Bearer ${await token(order.needs)}`, "content-type": "application/json" },
        ...(order.body === undefined ? {} : { body: JSON.stringify(order.body) }),
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) return { ok: true };
      const failure = failureOfAnswer(answer.status, await answer.json().catch(() => null));
      return order.also({ status: answer.status, reason: failure.reason })
        ? { ok: true }
        : { ok: false, failure };
    } catch (error) {
      return { ok: false, failure: toFailure(error) };
    }
  };
  const accessWrite = { with: "access:", can: "access/write" };
  return {
    invite: ({ id, codeHash, label }) =>
      ask({
        method: "POST",
        path: "/relite/invitations",
        needs: accessWrite,
        body: { id, codeHash, ...(label === null ? {} : { label }), days: 7 },
        also: () => false,
      }),
    takeBack: (id) =>
      ask({
        method: "DELETE",
        path: `/relite/invitations/${encodeURIComponent(id)}`,
        needs: accessWrite,
        also: ({ status }) => status === 404,
      }),
    join: (code) =>
      ask({
        method: "POST",
        path: "/relite/join",
        needs: { with: "profile:", can: "profile/read" },
        body: { code },
        also: ({ reason }) => reason === "already_enrolled",
      }),
  };
}
