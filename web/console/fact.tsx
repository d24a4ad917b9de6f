import type { Child } from "hono/jsx";
import type { Html } from "./html-text.ts";

/** One line of a list of facts, inside <dl>. */
export function Fact({ name, children }: { readonly name: string; readonly children?: Child }): Html {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
