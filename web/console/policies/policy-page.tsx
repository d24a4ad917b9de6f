import { roleHas } from "../../../src/core/account/rights.ts";
import type {
  DrillNeed,
  DrillPart,
  DrillPerson,
  PolicyPage,
} from "../../../src/core/pages/policies/policies-page-data.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import { asSentence } from "../../common/sentence.ts";
import { FormFault } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { textOfTime } from "../zone-time.tsx";
import { DrillSection } from "./drill-section.tsx";
import { Since } from "./policies-page.tsx";

/** One policy: what it says, whether it can be met right now, and a test of that. */
export const PolicyView: View<PolicyPage> = ({ data, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    <p class="sentence">{data.sentence}.</p>
    <p class="quiet">
      <Since of={data} shell={shell} />
      {!data.isUsed && " The rules don’t name it; without rules a request may."}
    </p>
    {roleHas(shell.role, "policies.change") && (
      <p>
        <a class="button small" href={`/console/policies/${data.name}/edit`}>
          Change the policy
        </a>
      </p>
    )}
    <h2 id="now">Can it be met right now?</h2>
    <Verdict data={data} />
    {data.parts.map((part) => (
      <Part part={part} shell={shell} />
    ))}
    {data.breakGlass.length > 0 && (
      <p class="quiet">
        In an emergency <bdi>{data.breakGlass.join(", ")}</bdi> may approve alone.
      </p>
    )}
    <DrillSection data={data} shell={shell} />
    <p>
      <a href="/console/policies">All policies</a>
    </p>
  </>
);

const VERDICTS = {
  met: ["good", "Yes. Enough people can sign, and hear of a request at once."],
  slow: ["attention", "Only if people look by themselves: too few can be reached now."],
  not: ["bad", "No. Too few people can sign."],
} as const satisfies Record<PolicyPage["state"], readonly [kind: string, text: string]>;

function Verdict({ data: { state, problem, cannotAsk, parts } }: { readonly data: PolicyPage }): Html {
  const [kind, text] = VERDICTS[state];
  const missing = parts.flatMap(({ needs }) => needs.flatMap((need) => need.missing ?? []));
  return (
    <div class={`card outcome ${kind}`}>
      <p>
        <b>{text}</b>
      </p>
      {problem !== null && <p>{asSentence(problem)}</p>}
      {missing.map((one) => (
        <p>{one}.</p>
      ))}
      {cannotAsk.length > 0 && (
        <p>
          If <bdi>{listed(cannotAsk)}</bdi> asks, too few others are left to sign.
        </p>
      )}
    </div>
  );
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function Part({ part: { title, needs }, shell }: { readonly part: DrillPart; readonly shell: Shell }): Html {
  return (
    <section>
      {title !== "" && <h3>{title}</h3>}
      {needs.map((need) => (
        <NeedRows need={need} shell={shell} />
      ))}
    </section>
  );
}

function NeedRows({
  need: { words, people },
  shell,
}: {
  readonly need: DrillNeed;
  readonly shell: Shell;
}): Html {
  return (
    <>
      <p class="need-words">{words}:</p>
      <ul class="rows" role="list">
        {people.map((person) => (
          <li class="row">
            <span>
              <b>
                <bdi>{person.username}</bdi>
              </b>
            </span>
            <span class={stateOf(person)}>{personText(person, shell)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function stateOf({ passkeys, channels, quietUntil }: DrillPerson): string {
  if (passkeys === 0) return "bad";
  return channels > 0 && quietUntil === null ? "quiet" : "attention";
}

/** "2 passkeys, 1 channel", or what is missing. */
function personText({ passkeys, channels, quietUntil }: DrillPerson, { timeZone }: Shell): string {
  if (passkeys === 0) return "Has no passkey that the policy takes";
  const keys = counted(passkeys, "passkey");
  if (channels === 0) return `${keys}, no notices: sees requests only in the inbox`;
  const until = quietUntil === null ? "" : `, wants no notices until ${textOfTime(quietUntil, timeZone)}`;
  return `${keys}, ${counted(channels, "channel")}${until}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
