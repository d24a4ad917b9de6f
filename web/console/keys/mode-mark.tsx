import type { ProjectItem } from "../../../src/core/pages/project-page-data.ts";
import type { Html } from "../html-text.ts";

export function ModeMark({ mode }: { readonly mode: ProjectItem["mode"] }): Html {
  return mode === "test" ? <span class="test-mark">Test</span> : <span class="pill good">Live</span>;
}
