import type { Html } from "../../console/html-text.ts";

const STEPS = [
  {
    title: "Ask",
    text: "A program names a person, an action and the content. Its API key can ask; no key can decide.",
  },
  {
    title: "Read and sign",
    text: "The person opens the request, reads every field and signs with a passkey. Approve and Reject are both signed, and sealed in a transparency log.",
  },
  {
    title: "Use it once",
    text: "The program presents exactly what it is about to run. Another content is refused, and so is a second use.",
  },
] as const;

export function HowItWorks({ origin }: { readonly origin: string }): Html {
  return (
    <section aria-labelledby="how">
      <h2 id="how">Three calls and a signature</h2>
      <p class="lead">
        Only “approved” is a yes. Pending, rejected, expired, an error and a timeout all mean no.
      </p>
      <ol class="cards steps" role="list">
        {STEPS.map(({ title, text }, at) => (
          <li>
            <span class="step" aria-hidden="true">
              {at + 1}
            </span>
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      <div class="cards snippets">
        <AgentSnippets origin={origin} />
        <BackendSnippets origin={origin} />
      </div>
    </section>
  );
}

interface SnippetProps {
  /** How a test runs it: the language, and what may follow it as in the blocks of the documents. */
  readonly kind: string;
  readonly caption: string;
  readonly text: string;
}

function Snippet({ kind, caption, text }: SnippetProps): Html {
  return (
    <figure class="snippet">
      <figcaption>{caption}</figcaption>
      <pre tabindex={0} aria-label={caption}>
        <code data-snippet={kind}>{text}</code>
      </pre>
    </figure>
  );
}

function BackendSnippets({ origin }: { readonly origin: string }): Html {
  return (
    <div>
      <h3>From a backend or a pipeline</h3>
      <Snippet
        kind="bash"
        caption="Ask"
        text={`BASE=${origin}
KEY=cs_…
curl -s $BASE/api/confirmations -H "X-Api-Key: $KEY" \\
  -H 'content-type: application/json' --data '{
    "username": "alex",
    "action": "Deploy to production",
    "payload": {"service": "api", "sha": "abc123"}
  }'`}
      />
      <Snippet
        kind="bash"
        caption="Wait until it is signed"
        text={`ID=c_…
curl -s "$BASE/api/confirmations/$ID?wait=25" \\
  -H "X-Api-Key: $KEY"`}
      />
      <Snippet
        kind="bash"
        caption="Use it once, right before the deployment"
        text={`curl -s $BASE/api/confirmations/$ID/consume \\
  -H "X-Api-Key: $KEY" -H 'content-type: application/json' \\
  --data '{"payload": {"service": "api", "sha": "abc123"}}'`}
      />
      <p>
        <a class="more" href="/docs/quickstart">
          Quickstart
        </a>
      </p>
    </div>
  );
}

function AgentSnippets({ origin }: { readonly origin: string }): Html {
  return (
    <div>
      <h3>From an agent</h3>
      <Snippet
        kind="bash"
        caption="Connect Claude Code, or any other MCP client"
        text={`BASE=${origin}
KEY=cs_…
claude mcp add --transport http countersign $BASE/mcp \\
  --header "X-Api-Key: $KEY"`}
      />
      <Snippet
        kind="text"
        caption="Say when to ask"
        text={`Before you deploy, call request_human_approval:
approver_username "alex", action "Deploy to production",
payload {"service": "api", "sha": "abc123"}.

Go on only if the answer says "approved": true.
Then call consume_approval with the same payload.`}
      />
      <p>
        If the client times out, the agent repeats the call and finds the same request: nobody is asked twice.
        After a rejection it can’t ask the same again for 15 minutes.
      </p>
      <p>
        <a class="more" href="/docs/agents">
          Agents
        </a>
      </p>
    </div>
  );
}
