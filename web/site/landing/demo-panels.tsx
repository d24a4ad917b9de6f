import type { Html } from "../../console/html-text.ts";

// What each step shows once it is open. The texts are here; /demo.js fills in the values.

export function AskPanel(): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        This page calls the API, as your agent, script or pipeline would.
      </p>
      <pre id="demo-call" class="exact" tabindex={0}></pre>
      <p class="demo-label">The answer</p>
      <pre id="demo-answer" class="exact" tabindex={0}></pre>
      <div class="demo-actions demo-live">
        <button id="demo-ask" type="button" class="primary">
          Send the request
        </button>
        <a id="demo-open" class="button primary" href="/inbox" target="countersign-demo" hidden>
          Open the request
        </a>
      </div>
      <NextStep opens="sign" text="Next: the signature" isRecorded />
    </>
  );
}

export function SignPanel(): Html {
  return (
    <>
      <div class="demo-live">
        <div id="demo-waiting">
          <p class="demo-lead" tabindex={-1}>
            Read the request in its own window, then approve or reject it there.
          </p>
          <p>Meanwhile the backend waits. The call returns the moment you decide:</p>
          <pre id="demo-wait" class="exact" tabindex={0}></pre>
          <p class="demo-pending">
            <span class="demo-dot" aria-hidden="true"></span>Waiting for your decision
          </p>
          <div class="demo-actions">
            <a id="demo-open-again" class="button" href="/inbox" target="countersign-demo">
              Open the request again
            </a>
            <button id="demo-again" type="button" class="plain-button">
              The passkey is gone? Start again
            </button>
          </div>
        </div>
        <p id="demo-signed" hidden></p>
        <div id="demo-ended" hidden>
          <p>Nobody decided in time, and the backend must not act. A request is open for 15 minutes.</p>
          <div class="demo-actions">
            <button id="demo-ask-again" type="button" class="primary">
              Ask again
            </button>
          </div>
        </div>
      </div>
      <p class="demo-recorded">
        In the recording, a simulated passkey approved. In the live demo you read the request on the real
        approval page here, and sign with your own.
      </p>
      <NextStep opens="decision" text="Next: the decision" isRecorded />
    </>
  );
}

export function DecisionPanel(): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        The waiting call returns the decision, with the signature itself.
      </p>
      <pre id="demo-decision" class="exact" tabindex={0}></pre>
      <p class="quiet">Long values are shortened. The backend acts on “approved” and on nothing else.</p>
      <div id="demo-to-challenge">
        <NextStep opens="challenge" text="Next: what your passkey signed" />
      </div>
    </>
  );
}

export function ChallengePanel(): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        A passkey signs a challenge. Here it is two hashes: of everything around the request, and of the
        content.
      </p>
      <p class="demo-label">What the browser gave to the passkey</p>
      <p id="demo-client-data" class="demo-bytes exact"></p>
      <p class="demo-label">The challenge, decoded: nonce ‖ SHA-256(content)</p>
      <dl id="demo-halves"></dl>
      <details>
        <summary>The statement that the nonce is the hash of</summary>
        <pre id="demo-statement" class="exact"></pre>
      </details>
      <details>
        <summary>The content</summary>
        <pre id="demo-content" class="exact"></pre>
      </details>
      <p class="quiet">
        The passkey signed these bytes together with its own data. <a href="/docs/formats">Formats</a> has
        every byte.
      </p>
      <NextStep opens="log" text="Next: its place in the log" />
    </>
  );
}

export function LogPanel(): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        The decision has a fixed place in a public log. To change or remove it would change the log’s root,
        and show.
      </p>
      <div class="demo-log">
        <div>
          <dl id="demo-place"></dl>
          <ul id="demo-place-checks" class="demo-results"></ul>
          <details>
            <summary>The signed checkpoint</summary>
            <pre id="demo-checkpoint" class="exact"></pre>
          </details>
        </div>
        <div id="demo-path"></div>
      </div>
      <NextStep opens="change" text="Next: change one byte" />
    </>
  );
}

export function ChangePanel(): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        Change one byte of the receipt. Every check runs again, in this page.
      </p>
      <div class="demo-choices" role="group" aria-label="Change one byte of">
        <button id="demo-change-content" type="button" aria-pressed="false">
          Content
        </button>
        <button id="demo-change-signature" type="button" aria-pressed="false">
          Signature
        </button>
        <button id="demo-change-proof" type="button" aria-pressed="false">
          Log proof
        </button>
      </div>
      <dl id="demo-changed" hidden>
        <div>
          <dt>Before</dt>
          <dd id="demo-before" class="exact"></dd>
        </div>
        <div>
          <dt>After</dt>
          <dd id="demo-after" class="exact"></dd>
        </div>
      </dl>
      <p id="demo-verdict" class="demo-verdict" role="status"></p>
      <ul id="demo-checks" class="demo-checks"></ul>
      <p id="demo-absent" class="quiet"></p>
      <div class="demo-actions">
        <button id="demo-save" type="button" class="small">
          Save this receipt
        </button>
        <a class="more" href="/verify">
          Check it on the verify page
        </a>
      </div>
      <div class="demo-live">
        <NextStep opens="use" text="Next: use it once" />
      </div>
      <p class="demo-recorded">
        That is the end of the recording. Only a server can refuse a second use, so try that in the live demo.
      </p>
    </>
  );
}

export function UsePanel({ canSignUp }: { readonly canSignUp: boolean }): Html {
  return (
    <>
      <p class="demo-lead" tabindex={-1}>
        Before it acts, the backend uses the approval up. A replay finds nothing left.
      </p>
      <pre class="exact">POST /api/confirmations/…/consume</pre>
      <pre id="demo-use-answer" class="exact" tabindex={0}></pre>
      <div class="demo-actions">
        <button id="demo-use" type="button" class="primary">
          Use the approval
        </button>
      </div>
      <div id="demo-end" hidden>
        <p id="demo-end-lead" tabindex={-1}>
          <b>That was all of it.</b> The same calls work in your own organisation.
        </p>
        <div class="demo-actions">
          {canSignUp ? (
            <a class="button primary" href="/signup">
              Create your organisation
            </a>
          ) : (
            <a class="button primary" href="/docs/quickstart">
              Read the quickstart
            </a>
          )}
          <button id="demo-again-end" type="button">
            Start again
          </button>
          <button id="demo-remove" type="button" class="plain-button">
            Remove the demo passkey
          </button>
        </div>
        <p class="quiet">Everything of this demo organisation is deleted within a day.</p>
      </div>
    </>
  );
}

interface NextProps {
  readonly opens: string;
  readonly text: string;
  /** In the live demo, something else leads there. */
  readonly isRecorded?: boolean;
}

function NextStep({ opens, text, isRecorded = false }: NextProps): Html {
  return (
    <div class={isRecorded ? "demo-actions demo-recorded" : "demo-actions"}>
      <button type="button" data-opens={opens}>
        {text}
      </button>
    </div>
  );
}
