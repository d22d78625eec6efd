/** What tests import of plain JavaScript has no types. */
declare module '*.mjs'
