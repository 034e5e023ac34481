/** The endpoint keeps names composed (NFC) and without control characters and backslashes. */
export const isKeepable = (path: string) => path === path.normalize("NFC") && !/[\\\p{Cc}]/u.test(path);
