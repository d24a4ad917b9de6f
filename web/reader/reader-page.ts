import { addCopyButtons } from "./copy-buttons.ts";
import { startSearch } from "./search-box.ts";
import { keepTabStops, showCurrentPage } from "./scrolled-boxes.ts";

// The documentation works without this: it adds copy buttons and the search.

addCopyButtons();
keepTabStops();
showCurrentPage();
startSearch();
