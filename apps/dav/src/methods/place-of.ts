import { ReliteError } from "@relite/core/errors";
import type { WriteConditions } from "../engine/conditions.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readConditions } from "../preconditions.ts";
import type { Place } from "../tree/place.ts";

/** Where in storage the request's own address is: below the app's node, by the segments the gate has seen. */
export function placeOf({ caller, dav }: AllowedExchange): Place {
  return { owner: caller.owner, root: caller.appRoot, segments: dav.target.segments.slice(2) };
}

export function destinationOf({ caller, dav }: AllowedExchange): Place {
  if (dav.destination === null || caller.destinationRoot === null) {
    throw new ReliteError("bad_request", "The Destination header is missing", {
      reason: "destination_missing",
    });
  }
  return { owner: caller.owner, root: caller.destinationRoot, segments: dav.destination.segments.slice(2) };
}

export function conditionsOf({ req }: AllowedExchange): WriteConditions {
  return readConditions(req.headers);
}

export function notFound(): ReliteError {
  return new ReliteError("not_found", "There is nothing at this address");
}
