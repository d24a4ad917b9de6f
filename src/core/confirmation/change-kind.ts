/** How a payload says that it is a change of who may sign. In a file of its own: a page that only refuses a change needs no more. */
export const CHANGE_KIND = "countersign/change";
