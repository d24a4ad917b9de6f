import { templateHash, type Template } from "../display/template.ts";
import type { JsonObject } from "../encoding/strict-json.ts";
import { parseChange } from "./change-format.ts";

/** The templates that the changes of a stream have set. One that was replaced may still draw an open request. */
export class SignedTemplates {
  readonly #hashes = new Set<string>();

  /** The content of a change, if it is not withheld. */
  add(payload: JsonObject | null): void {
    const parsed = payload === null ? undefined : parseChange(payload);
    if (!parsed?.ok || parsed.value.change !== "template.changed" || parsed.value.template === null) return;
    this.#hashes.add(templateHash(parsed.value.template));
  }

  /** Otherwise the operator could put words of its own above the content. */
  failure({ template }: { readonly template: Template | null }): string | undefined {
    return template === null || this.#hashes.has(templateHash(template))
      ? undefined
      : "it was drawn by a template that nobody signed before";
  }
}
