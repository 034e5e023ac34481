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
  unauthorized: { title: "The server refused the sign-in", todo: "Reload the page and try again." },
  insufficient: {
    title: "This is not allowed",
    todo: "Your identity has no right to do this on the server.",
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
  secret_needed: {
    title: "Enter the secret again",
    todo: "A stored secret is only sent to the server it was given for. The address changed, so give it again.",
  },
} as const;
