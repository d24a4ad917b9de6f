/** The address in every example of the documents: the one of `npm start`. Where they are served, it is replaced. */
export const SHOWN_ORIGIN = "http://localhost:8787";
