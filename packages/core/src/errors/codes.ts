/** Every stable error code of Relite with the HTTP status it takes at the edge. */
export const statusByCode = {
  bad_request: 400,
  bad_path: 400,
  unauthorized: 401,
  insufficient: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unprocessable: 422,
  locked: 423,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  not_implemented: 501,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
  insufficient_storage: 507,
  config_invalid: 500,
  cancelled: 499,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof statusByCode;
