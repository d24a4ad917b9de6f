import type { Html } from "../../console/html-text.ts";
import { SiteLayout, type Visitor } from "../site-layout.tsx";

interface LandingData {
  readonly origin: string;
  readonly visitor: Visitor;
}

export function LandingPage({ origin, visitor }: LandingData): Html {
  return (
    <SiteLayout
      title="Countersign: a named person signs before it happens"
      description="Before an agent, a script or a pipeline does something that can’t be undone, a named person reads exactly what will happen and signs it with a passkey. Anyone can check the proof."
      path="/"
      origin={origin}
      section={null}
      visitor={visitor}
    >
      <h1>Read it. Sign it. Prove it.</h1>
      <p>
        Before an agent, a script or a pipeline does something that can’t be undone, a named person reads
        exactly what will happen and signs it with a passkey. Anyone can check the proof.
      </p>
      {visitor.isSignedIn ? (
        <p>
          <a class="button primary" href="/inbox">
            Go to your inbox
          </a>
        </p>
      ) : (
        <p>
          <a class="button" href="/verify">
            Check an approval
          </a>
        </p>
      )}
    </SiteLayout>
  );
}
