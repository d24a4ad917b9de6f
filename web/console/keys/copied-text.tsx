import type { Html } from "../html-text.ts";

/** A text with a button that copies it. Without the page's script there is no button. */
export function CopiedText({
  id,
  text,
  name,
}: {
  readonly id: string;
  readonly text: string;
  readonly name: string;
}): Html {
  return (
    <div class="copied">
      <pre class="command">
        <code id={id}>{text}</code>
      </pre>
      <button type="button" class="small" data-copy={id} aria-label={`Copy ${name}`} hidden>
        Copy
      </button>
    </div>
  );
}
