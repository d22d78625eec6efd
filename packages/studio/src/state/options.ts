import { capital, type Field } from '@sbridge/core/internal'
import { activity } from './activity.js'
import { isElsewhere } from './elsewhere.js'
import type { Setting } from './sheet.js'

/** The settings of each activity, by the names of their options. */
export const settable: Partial<Record<string, Readonly<Record<string, Pick<Setting<unknown>, 'usual' | 'field'>>>>> = {}

const READING = 'under How the file is read'

/** What the page calls an option, where that is not its name. */
const CALLED: Readonly<Record<string, string>> = {
  exclude: 'the mark of a column',
  columns: 'the mark of a column',
  types: 'the menu of a column',
  given: 'the tab Conditions',
  observe: 'the tab Observations',
  encoding: READING,
  skip: READING,
  sheet: READING,
  weights: 'Weight',
  holdOut: 'Held-out times'
}

/** What the page calls an option: what describes it says, or its name in words, as in `min cell`. */
export const labelOf = ({
  name,
  label = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}: Pick<Field, 'name' | 'label'>): string => capital(label)

/** Where the page has the options of the command line that messages name. */
export function optionWords(texts: readonly string[]): string {
  const flags = [...new Set(texts.join(' ').match(/(?<![\w-])--[a-z]+(-[a-z]+)*/g))]
  const called = (flag: string): string => {
    const name = flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const own = settable[activity.value]?.[name]
    if (name in CALLED || own) return CALLED[name] ?? labelOf(own?.field ?? { name })
    return isElsewhere(name) ? '' : 'among All options'
  }
  const here = [...new Set(flags.map(called).filter(Boolean))].map((place) => {
    const all = flags.filter((flag) => called(flag) === place)
    return `${all.join(' and ')} ${all.length === 1 ? 'is' : 'are'} ${place}`
  })
  const elsewhere = flags.filter((flag) => !called(flag))
  return [
    here.length > 0 ? `On this page ${here.join(', ')}.` : '',
    elsewhere.length > 0 ? `Only the command line has ${elsewhere.join(', ')}.` : ''
  ].join(' ')
}
