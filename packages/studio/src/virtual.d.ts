declare module 'virtual:thumbnails' {
  /** Paths of dots on 120 × 72, by file name. */
  export const thumbnails: Readonly<Record<string, string>>
}
