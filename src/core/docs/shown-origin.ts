/** The address in every example of the documents: the one of `npm start`. */
export const SHOWN_ORIGIN = "http://localhost:8787";

/** What the build writes for it into the pages, and the Worker replaces by the address of its own deployment. */
export const BUILT_ORIGIN = "https://origin.invalid";
