/** Seconds of a day. */
const DAY = 86_400

/** Texts of times of day, in whole seconds since midnight: without seconds where none has any. */
export function clockTexts(seconds: readonly (number | null)[]): (string | null)[] {
  const length = seconds.every((second) => second === null || second % 60 === 0) ? 'HH:MM'.length : 'HH:MM:SS'.length
  return seconds.map((second) => (second === null ? null : new Date(1000 * second).toISOString().slice(11, 11 + length)))
}

/** Seconds since midnight that a text of hours, minutes and perhaps seconds says; undefined for other text. */
export function clockSeconds(text: string): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? []
  if (hours === undefined) return undefined
  const second = 60 * (60 * Number(hours) + Number(minutes)) + Number(seconds)
  return Number(minutes) < 60 && Number(seconds) < 60 && second < DAY ? second : undefined
}
