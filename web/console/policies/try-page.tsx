import type { TryPage } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { View } from "../layout.tsx";
import { problemOf } from "./draft-fault.tsx";
import { EnterButton, StepButton } from "./editor-parts.tsx";
import { Outcome, TryFields } from "./try-parts.tsx";

/** What a request would fall under, by the rules in force. Nothing is asked. */
export const TryView: View<TryPage> = ({ data, sent }) => {
  const faults = problemOf(sent, data.problem);
  return (
    <>
      <p class="quiet">
        Type a request as a program would send it, and see which rule it falls under and who would be asked.
        Nobody is asked, and nothing is kept.
      </p>
      <form method="post" action="/console/try" class="editor">
        <EnterButton />
        <TryFields data={data} sent={faults} />
        <StepButton action="/console/try" step="try" to="outcome" text="Try it" kind="primary" />
      </form>
      <Outcome outcome={data.outcome} />
      <p>
        <a href="/console/policies">All policies and rules</a>
      </p>
    </>
  );
};
