import type { SentForm, Shell } from "../../src/core/pages/console.ts";
import { ElevateView, type HeldForm } from "./elevate-page.tsx";
import { asSentence } from "../common/sentence.ts";
import type { Html } from "./html-text.ts";
import { ConsoleLayout, type Live, type Section, type View } from "./layout.tsx";

// Whole pages of the console, as text.

interface Surroundings {
  readonly title: string;
  readonly section: Section | null;
  readonly shell: Shell;
  readonly live?: Live | null;
}

export function drawPage<Data>(
  { title, section, shell, live }: Surroundings,
  view: View<Data>,
  data: Data,
  sent: SentForm | null = null,
): Html {
  return (
    <ConsoleLayout title={title} section={section} shell={shell} live={live}>
      {view({ data, shell, sent })}
    </ConsoleLayout>
  );
}

export function drawElevation(shell: Shell, section: Section | null, held: HeldForm): Html {
  return (
    <ConsoleLayout title="Confirm it is you" section={section} shell={shell}>
      <ElevateView {...held} />
    </ConsoleLayout>
  );
}

/** Why there is no page, with what to do next. */
export function drawProblem(surroundings: Surroundings, detail: string): Html {
  return (
    <ConsoleLayout {...surroundings}>
      <p>{asSentence(detail)}</p>
      <p>
        <a class="button small" href="/inbox">
          To your inbox
        </a>
      </p>
    </ConsoleLayout>
  );
}
