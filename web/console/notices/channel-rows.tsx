import { CHANNEL_NAME_MAX_CHARACTERS } from "../../../src/core/notice/channel-limits.ts";
import { CHANNEL_TITLES, type ChannelUse } from "../../../src/core/notice/notice-kinds.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { ChannelItem } from "../../../src/core/pages/sending/notices-page-data.ts";
import { ActionForm, Hidden, SelectField, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

const USES: readonly (readonly [use: ChannelUse, text: string])[] = [
  ["default", "As each project says"],
  ["always", "Always"],
  ["never", "Never, but keep it"],
];

const USED: Readonly<Record<ChannelUse, string>> = {
  default: "used as each project says",
  always: "always used",
  never: "not used",
};

/** By its name; an e-mail address is a name, too. */
export function titleOfChannel({ kind, name, address }: ChannelItem): string {
  return name === "" ? address || CHANNEL_TITLES[kind] : name;
}

/** A person's channels, each with what can be done with it. */
export function ChannelRows({
  channels,
  sent,
}: {
  readonly channels: readonly ChannelItem[];
  readonly sent: SentForm | null;
}): Html {
  return (
    <ul class="rows" role="list">
      {channels.map((channel) => (
        <li data-endpoint={channel.endpointHash}>
          <ChannelFacts channel={channel} use={USED[channel.use]} />
          {channel.state === "unconfirmed" && (
            <ActionForm
              action={`/notices/channels/${channel.id}/link`}
              button="Send the link again"
              kind="small"
            />
          )}
          <ChannelForms channel={channel} sent={sent?.values["channel"] === channel.id ? sent : null} />
        </li>
      ))}
    </ul>
  );
}

export function ChannelFacts({
  channel,
  use,
}: {
  readonly channel: ChannelItem;
  readonly use: string | null;
}): Html {
  const { kind, name, address, state } = channel;
  const facts = [
    CHANNEL_TITLES[kind],
    ...(name === "" || address === "" ? [] : [address]),
    ...(use === null || state !== "active" ? [] : [use]),
  ];
  return (
    <>
      <p>
        <b>
          <bdi>{titleOfChannel(channel)}</bdi>
        </b>
        {state === "unconfirmed" && <span class="attention"> Not confirmed yet</span>}
      </p>
      <p class="quiet">{facts.join(" · ")}</p>
      {state === "unconfirmed" && (
        <p class="quiet">Open the link in the mail, in this browser. Until then nothing else comes there.</p>
      )}
    </>
  );
}

function ChannelForms({
  channel: { id, name, use, kind, state },
  sent,
}: {
  readonly channel: ChannelItem;
  readonly sent: SentForm | null;
}): Html {
  const path = `/notices/channels/${id}`;
  return (
    <details open={sent !== null}>
      <summary>Change</summary>
      <ActionForm action={`${path}/change`} button="Save">
        <Hidden name="channel" value={id} />
        <Hidden name="was" value={JSON.stringify({ name, use })} />
        <TextField
          name="name"
          id={`name-${id}`}
          label="Name"
          value={name}
          sent={sent}
          required={kind !== "email"}
          maxLength={CHANNEL_NAME_MAX_CHARACTERS}
        />
        <SelectField name="use" id={`use-${id}`} label="Used" value={use} sent={sent} options={USES} />
      </ActionForm>
      <div class="choices">
        {state === "active" && (
          <ActionForm action={`${path}/test`} button="Send a test notice" kind="small" />
        )}
        <ActionForm action={`${path}/remove`} button="Remove" kind="no small" />
      </div>
    </details>
  );
}
