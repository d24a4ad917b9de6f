import type { Html } from "../../console/html-text.ts";

/** A sentence, with code where it has backticks. */
export function InlineText({ text }: { readonly text: string }): Html {
  return <>{text.split("`").map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part))}</>;
}
