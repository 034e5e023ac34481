import { describe, expect, it } from "vitest";
import { parseLibrarySearch } from "./library-search.ts";

describe("the library's address", () => {
  it("[WLI1] keeps what it knows", () => {
    const search = {
      q: "战争与和平",
      format: "epub",
      read: "reading",
      show: "missing",
      sort: "added",
      down: true,
      view: "grid",
    };
    expect(parseLibrarySearch(search)).toEqual(search);
  });

  it.each([
    [{ format: "exe", sort: "secret", view: "list", down: "yes" }],
    [{ q: 7, connection: ["a"], book: { id: "x" } }],
    [JSON.parse('{"__proto__":{"q":"x"}}')],
  ])("[WLI1] %j falls away", (search) => expect(parseLibrarySearch(search)).toEqual({}));
});
