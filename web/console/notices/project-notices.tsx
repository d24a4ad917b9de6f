import { CHANNEL_KINDS, CHANNEL_TITLES } from "../../../src/core/notice/notice-kinds.ts";
import { roleHas } from "../../../src/core/account/rights.ts";
import type { SentForm, Shell } from "../../../src/core/pages/console.ts";
import type { ChannelItem, ProjectRules } from "../../../src/core/pages/sending/notices-page-data.ts";
import type { ProjectPage } from "../../../src/core/pages/project-page-data.ts";
import { ActionForm, CheckField, FieldGroup, Hidden, SelectField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { AddHook } from "./add-channel-forms.tsx";
import { ChannelFacts, titleOfChannel } from "./channel-rows.tsx";
import { rulesText } from "./project-rule-rows.tsx";

const REMINDERS = [0, 25, 50, 75];

/** On the page of a project: how people hear of its requests. */
export function ProjectNotices({
  data: { project, rooms, tested, newRoomId },
  shell,
  sent,
}: {
  readonly data: ProjectPage;
  readonly shell: Shell;
  readonly sent: SentForm | null;
}): Html {
  const mayChange = project.archivedAt === null && roleHas(shell.role, "projects.change");
  const path = `/console/projects/${project.id}`;
  return (
    <>
      <h2>Notices</h2>
      {tested !== null && (
        <p class="card" role="status">
          A test notice is on its way to {titleOfChannel(tested)}.
        </p>
      )}
      <p class="quiet">{rulesText(project.notices)}</p>
      {mayChange && <RulesForm action={`${path}/notices`} rules={project.notices} sent={sent} />}
      <h3>Chat rooms</h3>
      {rooms.length === 0 && <p class="empty">No chat room hears of its requests.</p>}
      {rooms.length > 0 && (
        <ul class="rows" role="list">
          {rooms.map((room) => (
            <Room room={room} path={mayChange ? `${path}/hooks/${room.id}` : null} />
          ))}
        </ul>
      )}
      {mayChange && <AddHook action={`${path}/hooks`} newId={newRoomId} sent={sent} />}
    </>
  );
}

function RulesForm({
  action,
  rules,
  sent,
}: {
  readonly action: string;
  readonly rules: ProjectRules;
  readonly sent: SentForm | null;
}): Html {
  const own = sent?.values["reminder"] === undefined ? null : sent;
  const { kinds, hidesContent, reminderPercent } = rules;
  const reminders = [...new Set([...REMINDERS, reminderPercent])].toSorted((one, other) => one - other);
  return (
    <details open={own !== null}>
      <summary>Change</summary>
      <ActionForm action={action} button="Save notices">
        <Hidden name="was" value={JSON.stringify(rules)} />
        <FieldGroup name="kinds" legend="Channels that are used" sent={own}>
          <p class="quiet">Each person adds their own, and can set one to always or never.</p>
          {CHANNEL_KINDS.map((kind) => (
            <CheckField
              name="kinds"
              value={kind}
              label={CHANNEL_TITLES[kind]}
              checked={kinds.includes(kind)}
              sent={own}
            />
          ))}
        </FieldGroup>
        <FieldGroup name="hides" legend="What they say" sent={own}>
          <CheckField
            name="hides"
            value="yes"
            label="Leave out who asks for what"
            help="A notice then says only that a request waits. The content of a request is in no notice."
            checked={hidesContent}
            sent={own}
          />
        </FieldGroup>
        <SelectField
          name="reminder"
          label="Reminder"
          value={String(reminderPercent)}
          sent={own}
          options={reminders.map((percent) => [String(percent), reminderText(percent)] as const)}
        />
      </ActionForm>
    </details>
  );
}

function reminderText(percent: number): string {
  return percent === 0 ? "None" : `After ${percent} % of a request’s time`;
}

/** `path` is where its forms are sent; null for those who may not. */
function Room({ room, path }: { readonly room: ChannelItem; readonly path: string | null }): Html {
  return (
    <li>
      <ChannelFacts channel={room} use={null} />
      {path !== null && (
        <div class="choices">
          <ActionForm action={`${path}/test`} button="Send a test notice" kind="small" />
          <ActionForm action={`${path}/remove`} button="Remove" kind="no small" />
        </div>
      )}
    </li>
  );
}
