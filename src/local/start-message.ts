import { join } from "node:path";
import type { StartOptions } from "./start-options.ts";
import type { Settings } from "./state-folder.ts";

/** What the start prints: a text for people, and one line of JSON for scripts. */
export function welcome(
  { origin, json, state }: StartOptions,
  { demo, logOrigin }: Settings,
  logVkey: string,
): readonly string[] {
  const apiKey = demo?.apiKey ?? "";
  const enrolUrl = origin + (demo?.enrolPath ?? "");
  const body =
    '{"username":"alex","action":"Deploy to production","payload":{"service":"api","sha":"abc123"}}';
  const block = `
  Countersign is running at ${origin}        (stop it with Ctrl-C)

  1. Become alex: open this link and create a passkey. The link works once.
     ${enrolUrl}

  2. Ask alex for an approval
     BASE=${origin}
     KEY=${apiKey}
     id=$(curl -s -X POST $BASE/api/confirmations -H 'content-type: application/json' -H "X-Api-Key: $KEY" \\
       --data '${body}' | jq -r .id)

     Or let an agent ask, for example Claude Code:
     claude mcp add --transport http countersign ${origin}/mcp --header "X-Api-Key: ${apiKey}"

  3. Open the approval page and decide. Then read the answer.
     echo $BASE/approve/$id
     curl -s "$BASE/api/confirmations/$id?wait=25" -H "X-Api-Key: $KEY"

  An organisation of your own            ${origin}/signup
  API key that can invite people         ${demo?.peopleKey ?? ""}
  API key that can export the history    ${demo?.auditKey ?? ""}
  E-mails, as files                      ${join(state, "mails")}
  Log                                    ${logOrigin}
  Log key                                ${logVkey}
`;
  const ready = {
    ready: true,
    url: origin,
    apiKey,
    enrolUrl,
    logOrigin,
    logVkey,
    peopleKey: demo?.peopleKey ?? "",
    auditKey: demo?.auditKey ?? "",
  };
  return json ? [block, JSON.stringify(ready)] : [block];
}
