import { openIndex, type Search } from "../../src/core/docs/docs-search.ts";
import { readIndex } from "../../src/core/docs/search-index.ts";

/** Undefined if no index arrives. The browser keeps it for the next page, as long as the server allows. */
export async function loadIndex(): Promise<Search | undefined> {
  try {
    const response = await fetch("/docs/search-index.txt", { redirect: "error" });
    return response.ok ? openIndex(readIndex(await response.text())) : undefined;
  } catch {
    return undefined;
  }
}
