import type { CreatedKey } from "../../../src/core/pages/project-page-data.ts";
import type { View } from "../layout.tsx";
import { ConnectLines } from "./connect-lines.tsx";
import { CopiedText } from "./copied-text.tsx";

/** The answer to the form itself: nothing shows the secret again. */
export const CreatedKeyView: View<CreatedKey> = ({ data, shell }) => {
  const { key, secret, signUrl } = data;
  const asks = key.scopes.includes("confirmations:create");
  return (
    <>
      <p>
        The secret of <b>{key.label}</b>. <b>Copy it now: it is shown only once.</b> We keep only its hash.
      </p>
      <CopiedText id="secret" text={secret} name="the secret" />
      {signUrl !== null && (
        <div class="note">
          <b>One signature is needed before this key works.</b>
          <p>
            Somebody who manages people must sign for what it can do.{" "}
            <a href={signUrl}>Open the signing page</a>
          </p>
        </div>
      )}
      {asks && <ConnectLines origin={shell.origin} secret={secret} username={shell.username} />}
      <p>
        <a class="button small" href={`/console/keys/${key.id}`}>
          To this key
        </a>{" "}
        <a class="button small" href="/console">
          To the overview
        </a>{" "}
        <a class="button small" href={`/console/projects/${key.project.id}`}>
          To its project
        </a>
      </p>
    </>
  );
};
