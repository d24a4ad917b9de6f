import type { Child } from "hono/jsx";
import { DEMO_REQUEST } from "../../../src/core/pages/account.ts";
import type { Html } from "../../console/html-text.ts";
import type { Visitor } from "../site-layout.tsx";
import {
  AskPanel,
  ChallengePanel,
  ChangePanel,
  DecisionPanel,
  LogPanel,
  SignPanel,
  UsePanel,
} from "./demo-panels.tsx";

// The live demo, as the server draws it: the list of steps, with the first one open. /demo.js fills it in.

export function DemoSection({ visitor }: { readonly visitor: Visitor }): Html {
  return (
    <section id="demo" class="demo" aria-labelledby="demo-title">
      <div class="demo-head">
        <h2 id="demo-title">Try it here</h2>
        <p class="lead">
          This page plays a backend that needs your approval. You sign with a passkey made for this demo, and
          then verify the proof in your own browser.
        </p>
        <p class="demo-recorded note">
          You are watching a recording, made with a simulated passkey. This page really verifies it.{" "}
          <button id="demo-live" type="button" class="plain-button">
            Leave the recording
          </button>
        </p>
      </div>
      <ol class="demo-steps">
        <Step
          name="passkey"
          speaks
          number={1}
          title="Make a throw-away passkey"
          line="On this device, for a day"
          isOpen
        >
          <PasskeyPanel visitor={visitor} />
        </Step>
        <Step name="ask" speaks number={2} title="A backend asks" line="One call of the API">
          <AskPanel />
        </Step>
        <Step name="sign" speaks number={3} title="You read it and sign" line="On the real approval page">
          <SignPanel />
        </Step>
        <Step
          name="decision"
          speaks
          number={4}
          title="The backend gets the decision"
          line="And acts only on approved"
        >
          <DecisionPanel />
        </Step>
        <Step name="challenge" number={5} title="What your passkey signed" line="64 bytes, taken apart">
          <ChallengePanel />
        </Step>
        <Step name="log" number={6} title="Its place in the log" line="Verified in this page">
          <LogPanel />
        </Step>
        <Step name="change" number={7} title="Change one byte" line="And see what fails">
          <ChangePanel />
        </Step>
        <Step name="use" speaks number={8} title="Use it once" line="A second use is refused">
          <UsePanel canSignUp={visitor.canSignUp} />
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  readonly name: string;
  readonly number: number;
  readonly title: string;
  /** Until the step is done. */
  readonly line: string;
  readonly isOpen?: boolean;
  /** Whether something can happen in it that has to be said. */
  readonly speaks?: boolean;
  readonly children?: Child;
}

function Step({ name, number, title, line, isOpen = false, speaks = false, children }: StepProps): Html {
  return (
    <li>
      <h3>
        <button
          id={`demo-step-${name}`}
          type="button"
          aria-expanded={isOpen ? "true" : "false"}
          aria-controls={`demo-panel-${name}`}
          disabled={!isOpen}
        >
          <span class="demo-mark" aria-hidden="true">
            {number}
          </span>
          <span class="demo-name">{title}</span>
          <span id={`demo-line-${name}`} class="demo-line">
            {line}
          </span>
        </button>
      </h3>
      <div id={`demo-panel-${name}`} class="demo-panel" hidden={!isOpen}>
        {children}
        {speaks && <p id={`demo-status-${name}`} class="status" role="status"></p>}
      </div>
    </li>
  );
}

function PasskeyPanel({ visitor }: { readonly visitor: Visitor }): Html {
  return (
    <>
      <div id="demo-fresh">
        <p class="demo-lead" tabindex={-1}>
          One tap makes a demo organisation and your passkey for it.
        </p>
        <ul>
          <li>No name and no e-mail address.</li>
          <li>The organisation and all that is in it are deleted after 24 hours.</li>
          <li>Your device asks for your fingerprint, your face or its PIN, and keeps the key to itself.</li>
        </ul>
        <noscript>
          <p class="note">
            The demo needs JavaScript. <a href="/docs/how-it-works">How it works</a> shows the same steps in
            words.
          </p>
        </noscript>
        <StartOrWhyNot visitor={visitor} />
        <p class="demo-label">What you will be asked to approve</p>
        <pre class="exact">{DEMO_REQUEST.action + "\n" + JSON.stringify(DEMO_REQUEST.payload, null, 2)}</pre>
      </div>
      <div id="demo-made" hidden>
        <p>
          The passkey “<span id="demo-passkey-name"></span>” is on this device. Everything of its organisation
          is deleted on <span id="demo-deleted"></span>.
        </p>
        <div class="demo-actions">
          <button id="demo-again-made" type="button">
            Start again with another passkey
          </button>
        </div>
      </div>
    </>
  );
}

function StartOrWhyNot({ visitor: { isSignedIn, hasDemo } }: { readonly visitor: Visitor }): Html {
  const canStart = hasDemo && !isSignedIn;
  return (
    <>
      {isSignedIn && (
        <p class="note">
          You are signed in, and the demo would replace your session. Open this page in a private window to
          try it, or watch the recording.
        </p>
      )}
      {!hasDemo && <p class="note">The live demo is off on this server. You can watch the recording.</p>}
      <div class="demo-actions needs-script">
        {canStart && (
          <button id="demo-start" type="button" class="primary" disabled>
            Try it: make a throw-away passkey
          </button>
        )}
        <button id="demo-play" type="button" class={canStart ? "" : "primary"} disabled>
          Watch the recorded demo
        </button>
      </div>
    </>
  );
}
