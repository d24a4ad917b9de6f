// The names of an organisation's groups and policies. A name is fixed for good: requests, rules and policies refer to
// it, so another name is another document.

export const DOCUMENT_NAME_MAX_CHARACTERS = 64;

/** Only letters that nobody can mistake for others. */
export const DOCUMENT_NAME = new RegExp(`^[a-z0-9][a-z0-9-]{0,${DOCUMENT_NAME_MAX_CHARACTERS - 1}}$`);

/** What is wrong with every other text. */
export const DOCUMENT_NAME_RULE = `must be 1 to ${DOCUMENT_NAME_MAX_CHARACTERS} of a-z, 0-9 and hyphen, beginning with a letter or digit`;

/** In rules it means that the one person whom the request names decides alone. So no policy has this name. */
export const NAMED_PERSON = "named-person";
