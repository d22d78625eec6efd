/** Words that name the lower and the upper one of two numbers, as of a start and its end. */
const ENDS = [
  ['start', 'stop'],
  ['start', 'end'],
  ['begin', 'end'],
  ['from', 'to'],
  ['since', 'until'],
  ['first', 'last'],
  ['entry', 'exit'],
  ['min', 'max'],
  ['minimum', 'maximum'],
  ['low', 'high'],
  ['lo', 'hi'],
  ['lower', 'upper'],
  ['lwr', 'upr']
] as const

/** Whether two names are the same but for such a word, as `temp_min` and `temp_max`: they say that the first is never above the other. */
export function sayOrder(low: string, high: string): boolean {
  const [one, other] = [low.toLowerCase(), high.toLowerCase()]
  return ENDS.some(([lower, upper]) => {
    const place = one.indexOf(lower)
    return place >= 0 && one.slice(0, place) + upper + one.slice(place + lower.length) === other
  })
}
