/** A time as databases write it, `2024-01-31 12:00:00.5` in UTC, or a day, as ISO 8601 has it. */
export const isoTime = (text: string): string => (text.includes(' ') ? `${text.replace(' ', 'T').replace(/(\+00)?$/, 'Z')}` : text)
