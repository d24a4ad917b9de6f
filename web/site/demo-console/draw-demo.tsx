import { asSentence } from "../../common/sentence.ts";
import type { Html } from "../../console/html-text.ts";
import type { View } from "../../console/layout.tsx";
import { DemoLayout, type DemoLayoutProps } from "./demo-layout.tsx";

// Whole pages of the demo console.

type Surroundings = Omit<DemoLayoutProps, "children">;

/** A view of the console with generated data. */
export function drawDemo<Data>(surroundings: Surroundings, view: View<Data>, data: Data): Html {
  return <DemoLayout {...surroundings}>{view({ data, shell: surroundings.shell, sent: null })}</DemoLayout>;
}

/** Why there is no page. */
export function drawDemoProblem(surroundings: Surroundings, detail: string): Html {
  return (
    <DemoLayout {...surroundings}>
      <p>{asSentence(detail)}</p>
      <p>
        <a class="button small" href="/console">
          To the overview
        </a>
      </p>
    </DemoLayout>
  );
}
