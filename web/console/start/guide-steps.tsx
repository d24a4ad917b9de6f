import type { Child } from "hono/jsx";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import type { Guide } from "../../../src/core/pages/start-page-data.ts";
import { ActionForm, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { ConnectLines } from "../keys/connect-lines.tsx";

interface GuideProps {
  readonly guide: Guide;
  readonly shell: Shell;
}

/** From no key to the first approval. A step that is done has a tick and no words; the page loads itself again. */
export function GuideSteps({ guide, shell }: GuideProps): Html {
  return (
    <>
      <ol class="steps" role="list">
        <Step name="Create an API key" isDone={guide.hasKey}>
          <FirstKey guide={guide} />
        </Step>
        <Step name="Ask with it" isDone={guide.hasUsedKey}>
          <p>Paste one of these, with the secret of your key.</p>
          <ConnectLines origin={shell.origin} secret="YOUR_API_KEY" username={shell.username} />
        </Step>
        <Step name="Send yourself a test request" isDone={guide.hasTestRequest}>
          <p>It arrives in your inbox, is marked as a test, and runs nothing.</p>
          <ActionForm action="/console/test-request" button="Send me a test request" kind="primary">
            <Hidden name="id" value={guide.requestId} />
          </ActionForm>
        </Step>
        <Step name="Approve a request" isDone={guide.hasApproval}>
          <p>
            Open it in <a href="/inbox">your inbox</a>, on this device or on your phone, and sign with your
            passkey.
          </p>
        </Step>
      </ol>
      <ActionForm action="/console/hide-guide" button="Hide these steps" kind="small" />
    </>
  );
}

function Step({
  name,
  isDone,
  children,
}: {
  readonly name: string;
  readonly isDone: boolean;
  readonly children?: Child;
}): Html {
  return (
    <li class={isDone ? "done" : ""}>
      <h2>
        {name} {isDone && <span class="pill good">Done</span>}
      </h2>
      {!isDone && children}
    </li>
  );
}

function FirstKey({ guide: { project, newKeyId } }: { readonly guide: Guide }): Html {
  if (project === null)
    return (
      <p>
        A key belongs to a project, and none is in use. <a href="/console/projects">Create a project</a>
      </p>
    );
  return (
    <>
      <p>
        A program or an agent asks with it. It can't approve anything. It belongs to the project{" "}
        <a href={`/console/projects/${project.id}`}>
          <bdi>{project.name}</bdi>
        </a>
        .
      </p>
      <ActionForm action={`/console/projects/${project.id}/keys`} button="Create a key" kind="primary">
        <Hidden name="id" value={newKeyId} />
        <Hidden name="label" value="First key" />
        {DEFAULT_SCOPES.map((scope) => (
          <Hidden name="scopes" value={scope} />
        ))}
        <Hidden name="expiry" value="none" />
      </ActionForm>
    </>
  );
}
