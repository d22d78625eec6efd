import { columnWord, linearForm, parseObservation } from '@sbridge/core/internal'
import { faultOfObservation } from './given.js'
import { change, knowable, settings } from './sampling.js'

/** One drag is one thing to undo. */
let sliding = false

/** A change while a hand drags: the first is remembered, the others go with it. */
export function slide(part: Parameters<typeof change>[0]): void {
  change(part, { remember: !sliding })
  sliding = true
}

export function release(): void {
  sliding = false
}

/** The levels that a condition on a category names: one, or several of which one holds. */
export const levelsIn = (levels: readonly string[], text: string): string[] => (levels.includes(text) ? [text] : text.split('|'))

export function withGiven(name: string, text: string | null): Pick<typeof settings.value, 'given'> {
  const { given } = settings.value
  if (text !== null) return { given: { ...given, [name]: text } }
  return { given: Object.fromEntries(Object.entries(given).filter(([one]) => one !== name)) }
}

export function withObservation(at: number, text: string | null): Pick<typeof settings.value, 'observe'> {
  const { observe } = settings.value
  if (text === null) return { observe: observe.filter((_, i) => i !== at) }
  return { observe: at < observe.length ? observe.map((one, i) => (i === at ? text : one)) : [...observe, text] }
}

/** What is wrong with an observation; null where nothing is. */
export const observationFault = (text: string) => faultOfObservation(knowable(), text)

/** What an observation says that is linear in the columns: Σ coefficient · column = value ± deviation; null for others. */
export function linearObservation(text: string) {
  if (observationFault(text) !== null) return null
  const { residual, deviation } = parseObservation(text)
  const form = linearForm(residual)
  return form ? { coefficients: form.coefficients, value: form.constant === 0 ? 0 : -form.constant, deviation } : null
}

/** `name = value ± deviation`, as `parseObservation` reads it. */
export function writeObservation(name: string, value: string, deviation: string): string {
  return `${columnWord(name)} = ${value} ± ${deviation}`
}

/** The observation of a single column that can be dragged on the picture: its place in the list. */
export function observationOf(name: string): { readonly at: number; readonly value: number; readonly deviation: number } | null {
  const { observe } = settings.value
  for (const [at, text] of observe.entries()) {
    const form = linearObservation(text)
    if (form && form.coefficients.size === 1 && form.coefficients.get(name) === 1)
      return { at, value: form.value, deviation: form.deviation }
  }
  return null
}
