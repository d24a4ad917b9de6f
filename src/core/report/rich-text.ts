/** Text that other people wrote is kept apart, so that each program can show its hidden characters. */
export type RichText = readonly (string | { readonly exact: string })[];
