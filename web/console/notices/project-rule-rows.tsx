import { CHANNEL_KINDS, CHANNEL_TITLES } from "../../../src/core/notice/notice-kinds.ts";
import type { NoticesPage, ProjectRules } from "../../../src/core/pages/sending/notices-page-data.ts";
import type { Html } from "../html-text.ts";
import { ModeMark } from "../keys/mode-mark.tsx";

/** What the projects that have asked a person say of its notices. */
export function ProjectRuleRows({ projects }: Pick<NoticesPage, "projects">): Html {
  if (projects.length === 0)
    return <p class="empty">No project has asked you yet. Each one says which channels it uses.</p>;
  return (
    <ul class="rows" role="list">
      {projects.map(({ name, mode, rules }) => (
        <li>
          <p>
            <b>
              <bdi>{name}</bdi>
            </b>{" "}
            <ModeMark mode={mode} />
          </p>
          <p class="quiet">{rulesText(rules)}</p>
        </li>
      ))}
    </ul>
  );
}

export function rulesText({ kinds, hidesContent, reminderPercent }: ProjectRules): string {
  return [
    usedText(kinds),
    hidesContent ? "Notices don’t say who asks for what." : "",
    reminderPercent === 0
      ? "Nobody is reminded."
      : `A reminder comes after ${reminderPercent} % of a request’s time.`,
  ]
    .filter((text) => text !== "")
    .join(" ");
}

function usedText(kinds: ProjectRules["kinds"]): string {
  if (kinds.length === CHANNEL_KINDS.length) return "Uses all channels.";
  if (kinds.length === 0) return "Uses no channel but those that are set to always.";
  return `Uses ${kinds.map((kind) => CHANNEL_TITLES[kind]).join(", ")}.`;
}
