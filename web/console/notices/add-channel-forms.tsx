import {
  CHANNEL_ADDRESS_MAX_CHARACTERS,
  CHANNEL_NAME_MAX_CHARACTERS,
} from "../../../src/core/notice/channel-limits.ts";
import { CHANNEL_TITLES, CHAT_KINDS } from "../../../src/core/notice/notice-kinds.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import { ActionForm, Hidden, SelectField, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

interface AddProps {
  readonly newId: string;
  readonly sent: SentForm | null;
}

/** The form that was sent, if it has this field, which no other form has. */
const sentWith = (sent: SentForm | null, field: string) => (sent?.values[field] === undefined ? null : sent);

export function AddAddress({ newId, sent }: AddProps): Html {
  const own = sentWith(sent, "address");
  return (
    <details open={own !== null}>
      <summary>Add an e-mail address</summary>
      <ActionForm action="/notices/addresses" button="Send a link to it">
        <Hidden name="id" value={newId} />
        <TextField
          name="address"
          label="E-mail address"
          type="email"
          value=""
          sent={own}
          required
          help="You get a link there, to open in this browser."
        />
      </ActionForm>
    </details>
  );
}

/** For a person, or for the people of a project. `action` is where the form is sent. */
export function AddHook({ newId, sent, action }: AddProps & { readonly action: string }): Html {
  const own = sentWith(sent, "url");
  return (
    <details open={own !== null}>
      <summary>Add a chat: Slack, Microsoft Teams or another one</summary>
      <ActionForm action={action} button="Add this chat">
        <Hidden name="id" value={newId} />
        <SelectField
          name="kind"
          label="Kind"
          value="slack"
          sent={own}
          options={CHAT_KINDS.map((kind) => [kind, CHANNEL_TITLES[kind]] as const)}
        />
        <TextField
          name="name"
          id="hook-name"
          label="Name"
          value=""
          sent={own}
          required
          maxLength={CHANNEL_NAME_MAX_CHARACTERS}
          help="Such as the name of the chat room."
        />
        <TextField
          name="url"
          label="Address of its incoming webhook"
          type="url"
          value=""
          sent={own}
          required
          maxLength={CHANNEL_ADDRESS_MAX_CHARACTERS}
          help="The chat gives it to you. Keep it secret: anybody who knows it can post there. Everybody in that chat reads the notices."
        />
      </ActionForm>
    </details>
  );
}
