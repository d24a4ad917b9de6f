import { createElement } from "hono/jsx";
import type { LaidOut } from "../drawn/laid-out.ts";
import { layOutExact } from "../drawn/lay-out-text.ts";
import type { Html } from "./html-text.ts";

// What was laid out, as HTML of the server: the same as the pages of approvers make of it.

export function Drawn({ of: { tag, className, attributes, children } }: { readonly of: LaidOut }): Html {
  const all = className === "" ? attributes : { class: className, ...attributes };
  const inside = children.map((child) => (typeof child === "string" ? child : <Drawn of={child} />));
  return createElement(tag, all, ...inside) as unknown as Html;
}

/** Text that other people wrote: isolated, and with every hidden character named. */
export function Exact({ text }: { readonly text: string }): Html {
  return <Drawn of={layOutExact(text)} />;
}
