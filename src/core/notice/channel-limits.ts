// How many channels there can be, and how often a link is sent to an address that may be somebody else's.

/** Phones, computers, addresses and chats of one person. */
export const PERSON_CHANNELS_MAX = 20;
/** A request is announced in each of them. */
export const PROJECT_CHANNELS_MAX = 10;
/** Ended ones stay as rows: the notices that were sent name them. */
export const NEW_CHANNELS_PER_DAY_MAX = 50;
export const CHANNEL_NAME_MAX_CHARACTERS = 60;
/** The longest addresses of push services and chats have some 600. */
export const CHANNEL_ADDRESS_MAX_CHARACTERS = 2_048;

/** A mail can take some minutes, and the person may be busy. */
export const LINK_MINUTES = 30;
/** Enough to try again after a typing error or a full mailbox. */
export const LINKS_PER_DAY_MAX = 10;
export const LINK_PAUSE_SECONDS = 60;

/** Someone who is away for longer should be removed from the policies instead. */
export const PAUSE_MAX_DAYS = 366;
