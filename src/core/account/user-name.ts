export const USER_NAME_MAX_CHARACTERS = 32;

/** Unique in an organisation. Only letters that nobody can mistake for others. */
export const USER_NAME = new RegExp(`^[a-z0-9][a-z0-9._-]{0,${USER_NAME_MAX_CHARACTERS - 1}}$`);

/** What is wrong with every other text. */
export const USER_NAME_RULE = `must be 1 to ${USER_NAME_MAX_CHARACTERS} of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit`;
