/** A package that reads or writes workbooks, where it is there: not to be bundled. The studio is built with them. */
export const importExcel = (name: string): Promise<unknown> => import(/* @vite-ignore */ `${name}/universal`)
