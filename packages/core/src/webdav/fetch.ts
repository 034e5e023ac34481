/** What the client needs of `fetch`; follows redirects or refuses them as it sees fit. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
