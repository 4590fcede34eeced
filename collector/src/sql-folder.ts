import { fileURLToPath } from "node:url";

/** The folder of views, reports, functions and migrations. It lies beside `src` and `dist` alike. */
export const SQL_FOLDER: string = fileURLToPath(new URL("../sql", import.meta.url));
