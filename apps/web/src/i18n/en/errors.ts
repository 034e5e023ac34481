/** By reason where there is one, else by code: what happened and what to do. */
export const errors = {
  unreachable: {
    title: "The server does not answer",
    todo: "Check that you are online and that the server is running, then try again.",
  },
  unknown_root: {
    title: "This server does not know you",
    todo: "Ask its owner for an invitation, or restore the identity it knows from the recovery words.",
  },
  wrong_audience: {
    title: "The token was made for another address",
    todo: "The audience in the settings must be the one that the server expects. Check it there.",
  },
  expired: {
    title: "The clocks disagree",
    todo: "Set this device's clock to automatic time, then try again.",
  },
  not_yet_valid: {
    title: "The clocks disagree",
    todo: "Set this device's clock to automatic time, then try again.",
  },
  revoked: {
    title: "This device was unlinked",
    todo: "Restore your identity from the recovery words to link it again.",
  },
  not_relite: {
    title: "The endpoint gave an answer that does not fit",
    todo: "It may be of another version, or something stands in between. Use Check in its settings.",
  },
  foreign_token: {
    title: "The endpoint knows another identity here",
    todo: "Reload the page and try again. The key that asks must belong to the owner of the files.",
  },
  lifetime: { title: "The time does not fit", todo: "Choose fewer days, and check this device's clock." },
  unauthorized: { title: "The server refused the sign-in", todo: "Reload the page and try again." },
  insufficient: {
    title: "This is not allowed",
    todo: "Your identity has no right to do this on the server.",
  },
  administrator_only: {
    title: "You are no administrator of the endpoint",
    todo: "Ask its administrator to invite, or to make you one (relite owners promote).",
  },
  registration_closed: {
    title: "The endpoint takes no new owners",
    todo: "Its administrator can change that (DAV_REGISTRATION).",
  },
  owners_full: {
    title: "The endpoint has all the owners it takes",
    todo: "Its administrator can raise the number (DAV_MAX_OWNERS).",
  },
  forbidden: { title: "This is not allowed", todo: "Only the owner of the server may do this." },
  not_found: {
    title: "It is not there any more",
    todo: "It may have been deleted elsewhere. Reload the page.",
  },
  conflict: { title: "Something changed in the meantime", todo: "Reload the page and try again." },
  bad_request: { title: "The input was not accepted", todo: "Check what you entered." },
  unprocessable: { title: "The input was not accepted", todo: "Check what you entered." },
  too_large: { title: "This is too large", todo: "Make it shorter and try again." },
  rate_limited: { title: "Too many tries", todo: "Wait a minute, then try again." },
  internal: { title: "Something went wrong", todo: "Try again. If it stays, the server's log says more." },
  unavailable: { title: "The server is not ready", todo: "Try again in a moment." },
  not_implemented: { title: "This is not available yet", todo: "The server does not offer this." },
  upstream_failed: {
    title: "The other server refused",
    todo: "Check its address and credentials; its own log may say more.",
  },
  upstream_timeout: {
    title: "The other server was too slow",
    todo: "Try again later, or check the connection to it.",
  },
  insufficient_storage: { title: "There is no space left", todo: "Free some storage on the server." },
  secret_required: {
    title: "Enter the secret again",
    todo: "A stored secret is only sent to the server it was given for. The address changed, so give it again.",
  },
  upstream_forbidden: {
    title: "The server does not allow this",
    todo: "The account may not open this folder. Check the address, or its rights on the server.",
  },
  upstream_unreachable: {
    title: "The server could not be reached",
    todo: "Check the address and whether the server is running. It is tried again by itself.",
  },
  credentials_refused: {
    title: "The credentials were refused",
    todo: "Edit the connection and enter them again. Some services want an app password.",
  },
  throttled: {
    title: "The server asks for fewer requests",
    todo: "Nothing to do: it is tried again later by itself.",
  },
  server_error: {
    title: "The server reported a fault of its own",
    todo: "Its log says more. It is tried again by itself.",
  },
  redirected: {
    title: "The server points to another address",
    todo: "If you trust that address, enter it instead of this one.",
  },
  not_webdav: {
    title: "There is no WebDAV server at this address",
    todo: "Check the path: many services have WebDAV below a longer one, see the kinds of server in the form.",
  },
  not_multistatus: {
    title: "The answer was no listing",
    todo: "A sign-in page or a proxy may stand in between. Check the address and the credentials.",
  },
  bad_xml: {
    title: "The listing could not be read",
    todo: "The server's answer was damaged. Nothing was changed here; it is tried again.",
  },
  truncated: {
    title: "The listing ended in the middle",
    todo: "The connection was cut. Nothing was changed here; it is tried again.",
  },
  answer_too_large: {
    title: "The listing is too large",
    todo: "Point the connection at a folder with fewer entries.",
  },
  unexpected_status: {
    title: "The server gave an answer that does not fit",
    todo: "Check the address. The server's log says more.",
  },
  address_refused: {
    title: "Addresses of this kind are not allowed",
    todo: "The server refuses private and local addresses. Its owner can allow them with RELITE_WEB_DAV_ALLOW_PRIVATE.",
  },
  bad_address: {
    title: "This is no usable address",
    todo: "It starts with https:// or http:// and holds no user name.",
  },
  owner_only: { title: "Only the owner may do this", todo: "Ask the owner of this server." },
  no_provider: { title: "No model is set up", todo: "Choose a chat provider in the settings." },
  no_model: { title: "No model is chosen", todo: "Name a model in the settings." },
  provider_failed: {
    title: "The chat provider refused",
    todo: "Check its address, model and key in the settings, then try again.",
  },
  not_a_completion: {
    title: "The chat provider's answer could not be read",
    todo: "Its address must be that of an OpenAI-compatible API, often ending in /v1.",
  },
  dns_failed: { title: "The server's name is not known", todo: "Check the address for a mistyped name." },
  connection_refused: {
    title: "Nothing answers at this address",
    todo: "Check host and port, and that the server is running.",
  },
  connection_lost: {
    title: "The connection broke",
    todo: "It is tried again by itself. If it stays, check the network.",
  },
  connection_failed: {
    title: "The connection failed",
    todo: "Check the address and the network, then try again.",
  },
  tls_failed: {
    title: "The server's certificate is not trusted",
    todo: "It may be expired, self-signed or made for another name. Renew it on the server.",
  },
} as const;
